/** Own actions that do not come back as a call does: each is told as the action's fault, and the run can be resumed. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Place } from "../program.ts";

const RUNBOOK = `schema: dingo-recover/runbook@1
name: own
version: "1"
title: Own work
target: here
steps:
  - id: mut
    title: Change a thing
    action: t.mut
    with: {}
  - id: wait
    title: Wait a little
    action: t.wait
    with: {}
`;

const actions = (run: string, probed: string): string => `
import { setTimeout as sleep } from "node:timers/promises";
export const actions = ({ defineAction, z }) => [
  defineAction({
    id: "t.mut", title: "Change", effect: "create",
    input: z.strictObject({}), output: z.strictObject({}),
    describe: () => [{ on: "here", line: "change it" }],
    probe: async () => (${probed}),
    verify: async () => ({ holds: true, evidence: "it is there" }),
    run: async (context) => { await context.beforeEffect(); ${run} return {}; },
  }),
  defineAction({
    id: "t.wait", title: "Wait", effect: "read",
    input: z.strictObject({}), output: z.strictObject({}),
    describe: () => [{ on: "here", line: "sleep 1" }],
    run: async ({ signal }) => { await sleep(1000, undefined, { signal }); return {}; },
  }),
];
`;

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(join(place.directory, "own.yml"), RUNBOOK);
});
afterEach(() => place.remove());

async function ran(run: string, probed: string, ...more: readonly string[]) {
  writeFileSync(join(place.directory, "actions.mjs"), actions(run, probed));
  place.configure("actions: [actions.mjs]\n");
  const ended = await place.start(["run", "./own.yml", "--non-interactive", "--yes", ...more]).ended;
  return { ...ended, told: `${ended.stdout}${ended.stderr}`.replaceAll(/\s+/gu, " ") };
}

const UNKNOWN = '{ state: "unknown", evidence: "nobody can tell" }';
const NOT_DONE = '{ state: "not-done", evidence: "nothing is there" }';

it.each([
  ["waits for nothing", "await new Promise(() => undefined);", "it waits for something that cannot come any more"],
  ["ends the process", "process.exit(0);", "it ended the process with process.exit"],
  ["throws in a timer", 'await new Promise(() => setTimeout(() => { throw new Error("too late"); }, 20));', "too late"],
  ["leaves a rejection", 'void Promise.reject(new Error("too late")); await sleep(5000);', "too late"],
])("names the action that %s, and its step is in doubt", async (_how, run, why) => {
  const { code, told } = await ran(run, UNKNOWN);
  expect([code, told]).toEqual([14, expect.stringContaining('the step "mut" began and nobody can tell')]);
  expect(told).toContain(`the own action "t.mut" failed in its run: ${why}`);
  expect(told).toMatch(/dingo-recover resume \S+ --decide .mut=by-hand/u);
  expect(told).toContain("Begun, and perhaps done");
  expect(told).not.toMatch(/defect|node:internal/u);
});

it.each([
  ['progress("1 of 5")', "it is text, and must be "],
  ["progress({})", '"message" is missing'],
  ['record("before", { at: undefined })', '"at" is refused'],
  ['keep("list", 5)', "it is a number, and must be text"],
  ['ask({ kind: "text", id: "who", prompt: "Who?" })', '"why" is missing'],
])("refuses a wrong value at the call of context.%s, with its line", async (call, why) => {
  const { code, told } = await ran(`context.${call};`, NOT_DONE);
  const name = call.slice(0, call.indexOf("("));
  expect([code, told]).toEqual([12, expect.stringContaining(`its context.${name} was given a wrong value: ${why}`)]);
  expect(told.replaceAll(" ", "")).toMatch(/actions\.mjs:\d+"/u);
});

it("names the file of the action, and the step can be run again if its probe says so", async () => {
  const { code, told } = await ran("await new Promise(() => undefined);", NOT_DONE);
  expect([code, told]).toEqual([12, expect.stringContaining(join(place.directory, "actions.mjs"))]);
  expect(told).toContain("dingo-recover resume");
});

it("prints nothing of an action's console on stdout, and no escape sequence on stderr", async () => {
  const printing =
    'console.log("say %s", "\\u001b[31mred"); console.error({ at: 1 }); process.stdout.write("raw\\u001b[31m"); process.stdout.write(Buffer.from("bytes"));';
  const { stdout, stderr } = await ran(printing, UNKNOWN, "--json");
  for (const line of stdout.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("type");
  expect(stderr).toMatch(/^say .*red\n\{ at: 1 \}\nraw.*\nbytes\n/u);
  expect(stderr).not.toContain("\u001b");
});

it("stops the run for work that an action left behind, and says which", async () => {
  const late = 'setTimeout(() => { throw new Error("left over"); }, 300);';
  const { code, told } = await ran(late, UNKNOWN);
  expect([code, told]).toEqual([
    12,
    expect.stringContaining('the own action "t.mut" left work behind in its run: left over. Only reads were going on.'),
  ]);
  expect(told).toContain(join(place.directory, "actions.mjs"));
  expect(told).toContain("dingo-recover resume");
});

/** Every step is a creation that leaves a file behind, so that each effect can be counted. */
const creating = (run: string): string => `
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const make = ({ defineAction, z }) => (id, leave, guard) => defineAction({
  id, title: "Make", effect: "create",
  input: z.strictObject({}), output: z.strictObject({}),
  describe: () => [{ on: "here", line: "make it" }],
  guard,
  probe: async () => existsSync(id)
    ? { state: "done", output: {}, evidence: "it is there" }
    : { state: "not-done", evidence: "it is not there" },
  run: async ({ beforeEffect }) => { await leave(); await beforeEffect(); writeFileSync(id, ""); return {}; },
});
export const actions = (means) => [${run}].map((one) => make(means)(...one));
`;

async function created(run: string) {
  writeFileSync(join(place.directory, "own.yml"), RUNBOOK.replace("t.wait", "t.next"));
  writeFileSync(join(place.directory, "actions.mjs"), creating(run));
  place.configure("actions: [actions.mjs]\n");
  const ended = await place.start(["run", "./own.yml", "--json", "--yes"]).ended;
  const { runs } = JSON.parse((await place.start(["runs", "--json"]).ended).stdout);
  const directory = join(place.state, "runs", runs[0].run);
  const entries = readFileSync(join(directory, "journal.jsonl"), "utf8").trimEnd().split("\n");
  const made = ["t.mut", "t.next"].filter((id) => existsSync(join(place.directory, id)));
  return { ...ended, run: String(runs[0].run), last: JSON.parse(entries.at(-1) ?? ""), made };
}

const REJECT = 'Promise.reject(new Error("unawaited"))';
const LATE = 'setTimeout(() => { throw new Error("unawaited"); }, 300)';
const strayed = { code: "own-action-strayed", message: expect.stringContaining("unawaited") };
const failed = { ...strayed, code: "own-action-failed" };

it.each([
  ["before its own effect", `["t.mut", async () => void ${REJECT}], ["t.next", async () => undefined]`, [], failed],
  [
    "in the guard of the next step",
    `["t.mut", async () => undefined], ["t.next", async () => undefined, async () => void ${REJECT}]`,
    ["t.mut"],
    strayed,
  ],
])("begins no effect after an action left a rejection %s", async (_when, run, effects, error) => {
  const { code, stdout, last, made } = await created(run);
  const ended = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect([code, made]).toEqual([12, effects]);
  expect(ended).toMatchObject({ type: "run-ended", exitCode: 12, error });
  expect(last).toMatchObject({ type: "run-stopped", exitCode: 12, error });
});

it("tells and writes down what the last action left to a timer behind the end of the run, which stays ended", async () => {
  const { code, stderr, last, made, run } = await created(
    `["t.mut", async () => undefined], ["t.next", async () => void ${LATE}]`,
  );
  expect([code, made]).toEqual([0, ["t.mut", "t.next"]]);
  expect(stderr.replaceAll(/\s+/gu, " ")).toContain('"t.next" left work behind in its run: unawaited');
  expect(last).toMatchObject({ type: "run-stopped", exitCode: 12, error: strayed });
  const report = (await place.start(["report", run]).ended).stdout;
  expect(report).toContain("| outcome | succeeded |");
  expect(report).toMatch(/behind its end: .*unawaited/u);
  expect(report).not.toContain("not finished");
  expect((await place.start(["journal", "verify", run]).ended).code).toBe(0);
  expect(JSON.parse((await place.start(["runs", "--json"]).ended).stdout).runs[0].state).toBe("succeeded");
});
