/**
 * An action whose far side counts: a line in a file for each effect. `inside` stands while it is between the look at the
 * lease and the effect: a process that is stopped just there is told by no lease, and the chaos leaves it alone.
 */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** @param {string} file */
const linesOf = (file) => readFileSync(file, { encoding: "utf8", flag: "a+" }).split("\n");

/** @import { ActionMeans } from "dingo-recover/action" */
/** @param {ActionMeans} means */
export const actions = ({ defineAction, z }) => [
  defineAction({
    id: "chaos.count",
    title: "Add a line to the far side",
    effect: "create",
    input: z.strictObject({ file: z.string(), line: z.string() }),
    output: z.strictObject({ line: z.string() }),
    describe: ({ file, line }) => [{ on: "here", line: `echo ${line} >> ${file}` }],
    run: async ({ beforeEffect, run }, { file, line }) => {
      await setTimeout(1_500);
      await beforeEffect();
      const inside = `${process.env["CHAOS_INSIDE"]}`;
      writeFileSync(inside, run.id);
      appendFileSync(file, `${line}\n`);
      rmSync(inside);
      return { line };
    },
    probe: async (_context, { file, line }) =>
      linesOf(file).includes(line)
        ? { state: "done", output: { line }, evidence: `"${line}" is there` }
        : { state: "not-done", evidence: `"${line}" is not there` },
    verify: async (_context, { file, line }) => ({ holds: linesOf(file).includes(line), evidence: `looked for "${line}"` }),
  }),
];
