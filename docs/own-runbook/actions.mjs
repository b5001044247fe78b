/** Actions of the team's own: `actions: [actions.mjs]` in the configuration. */
import { readFile, rm, writeFile } from "node:fs/promises";

/** @import { ActionMeans } from "dingo-recover/action" */

/**
 * The text of a file; undefined if there is none. Any other error is thrown: unknown is not absent.
 * @param {string} file
 */
const textOf = (file) =>
  readFile(file, "utf8").catch((error) => (error.code === "ENOENT" ? undefined : Promise.reject(error)));

/** The notice of one run: its id shows whose it is. @param {string} run */
const noticeOf = (run) => `Run ${run} is at work.`;

/** @param {ActionMeans} means */
export const actions = ({ defineAction, refuse, z }) => [
  defineAction({
    id: "team.office-hours",
    title: "Whether somebody of the team is at work",
    effect: "read",
    input: z.strictObject({ from: z.number().int(), to: z.number().int() }),
    output: z.strictObject({ open: z.boolean(), hour: z.number() }),
    describe: () => [{ on: "here", line: "date -u +%H" }],
    // The clock of the tool: a test of the action can set it.
    run: async ({ ports }, { from, to }) => {
      const hour = ports.clock.now().getUTCHours();
      return { open: hour >= from && hour < to, hour };
    },
    tell: ({ open, hour }) => `it is ${hour} o'clock UTC: ${open ? "somebody is there" : "nobody is there"}`,
  }),
  defineAction({
    id: "team.put-up-notice",
    title: "Put up a notice for the users",
    effect: "create",
    input: z.strictObject({ file: z.string().regex(/^[\w./-]+$/) }),
    output: z.strictObject({ file: z.string() }),
    describe: ({ file }, run) => [{ on: "here", line: `printf '%s' '${noticeOf(run)}' > '${file}'` }],
    // Before consent, and again after it: what would change is ours, or it is not there.
    guard: async ({ run }, { file }) => {
      const text = await textOf(file);
      if (text !== undefined && text !== noticeOf(run.id))
        refuse(`"${file}" has a notice of somebody else`, "Ask its author, move it away, then resume.");
    },
    run: async (context, { file }) => {
      await context.beforeEffect();
      await writeFile(file, noticeOf(context.run.id));
      return { file };
    },
    // After a kill: did it happen?
    probe: async ({ run }, { file }) => {
      const isThere = (await textOf(file)) === noticeOf(run.id);
      return isThere
        ? { state: "done", output: { file }, evidence: `"${file}" has the notice of this run` }
        : { state: "not-done", evidence: `"${file}" has no notice of this run` };
    },
    // After the step, and on each resume: does it hold?
    verify: async ({ run }, { file }) => {
      const holds = (await textOf(file)) === noticeOf(run.id);
      return { holds, evidence: `"${file}" has ${holds ? "the" : "no"} notice of this run` };
    },
    undo: {
      effect: "create",
      cost: "removes the notice",
      describe: ({ file }) => [{ on: "here", line: `rm '${file}'` }],
      guard: async ({ run }, { input: { file } }) => {
        if ((await textOf(file)) !== noticeOf(run.id))
          refuse(`"${file}" is not the notice of this run any more`, "Ask who changed it.");
      },
      // "done": nothing of the step is there, even if it never was.
      probe: async (_context, { input: { file } }) =>
        (await textOf(file)) === undefined
          ? { state: "done", evidence: `there is no "${file}"` }
          : { state: "not-done", evidence: `"${file}" is there` },
      run: async (context, { input: { file } }) => {
        await context.beforeEffect();
        await rm(file, { force: true });
      },
    },
  }),
];
