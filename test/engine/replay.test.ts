import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nextMove } from "../../src/engine/state/transition.ts";
import { planRun } from "../../src/engine/state/plan.ts";
import { advance, replay } from "../../src/engine/state/replay.ts";
import { summarize } from "../../src/engine/state/summary.ts";
import { stateOf } from "../../src/engine/state/state.ts";
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";
import { leftOpenIn } from "../../src/engine/journal/resources.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const header = { v: 1, seq: 1, time: "2026-11-21T02:00:00.000Z", run: "r", epoch: 1, prev: "" };
const entries = (...bodies: readonly EntryBody[]): Entry[] => bodies.map((body) => ({ ...header, ...body }));
const error = { code: "unreachable", message: "m", remedy: "r" };
const started: EntryBody = {
  type: "step-started",
  step: "make",
  attempt: 1,
  action: "fake.create",
  effect: "create",
  input: { key: "db" },
  commandsSha256: "",
};

describe("replay", () => {
  it("gives the same state entry by entry as all at once, and the same move each time (I1, I2)", async () => {
    const world = new FakeWorld();
    world.weather.set("b", ["lost-after"]);
    const runbook = runbookOf([
      step("look", { action: reading(world), with: { key: "a" } }),
      step("make", { action: changing(world, "create"), with: { key: "b" } }),
      step("each", {
        action: changing(world, "destroy"),
        forEach: { text: '["x", "y"]' },
        with: { key: "${{ item }}" },
      }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, flags: YES });
    const plan = planRun(runbook);
    let state = replay([]);
    for (const [index, entry] of bench.journal.entries.entries()) {
      state = advance(state, entry);
      const again = replay(bench.journal.entries.slice(0, index + 1));
      expect(again).toEqual(state);
      expect(nextMove(plan, again)).toEqual(nextMove(plan, state));
    }
    expect(nextMove(plan, state)).toEqual({ kind: "finish" });
  });

  it.each<[string, (at: number) => EntryBody]>([
    ["inputs", (at) => ({ type: "input-given", by: "operator", name: `n${at}`, value: at })],
    ["items", (at) => ({ ...started, item: `i${at}` })],
    ["locks", (at) => ({ type: "target-fixed", target: "t", locks: [`l${at}`] })],
    ["lists", (at) => ({ type: "items-fixed", step: `s${at}`, items: [] })],
  ])("comes to the end of a stranger's journal of many %s", (_what, body) => {
    expect(replay(entries(...Array.from({ length: 100_000 }, (_each, at) => body(at)))).run).toBe("r");
  });

  it("comes to the end of a stranger's journal of many things that are left over", () => {
    const bodies = Array.from({ length: 50_000 }, (_each, at): readonly EntryBody[] => [
      { type: "resource-opened", kind: "user", data: { at } },
      { type: "resource-closed", kind: "user", data: { at: at - 0.5 } },
    ]);
    expect(leftOpenIn(entries(...bodies.flat()))).toHaveLength(50_000);
  });

  it("keeps the state before an entry as it was, and an input by the name of the prototype", () => {
    const before = replay(entries({ type: "input-given", by: "operator", name: "a", value: 1 }, started));
    const given: EntryBody = { type: "input-given", by: "operator", name: "__proto__", value: { b: 2 } };
    const undone: EntryBody = { type: "step-undone", step: "make", attempt: 1, evidence: "e" };
    const after = entries(given, undone).reduce(advance, before);
    expect([before.inputs, stateOf(before, { step: "make" }).kind]).toEqual([{ a: 1 }, "running"]);
    expect(stateOf(after, { step: "make" }).kind).toBe("undone");
    expect(Object.keys(after.inputs)).toEqual(["a", "__proto__"]);
    expect("b" in after.inputs).toBe(false);
  });

  it.each<[string, readonly EntryBody[], object]>([
    ["begun", [started], { kind: "running", attempt: 1, input: { key: "db" } }],
    ["waiting for the network", [started, { type: "waited", step: "make", error }], { kind: "waiting", error }],
    ["in doubt", [started, { type: "step-in-doubt", step: "make", attempt: 1, evidence: "e" }], { kind: "in-doubt" }],
    ["undone", [started, { type: "step-undone", step: "make", attempt: 1, evidence: "e" }], { kind: "undone" }],
    [
      "opened anew",
      [
        started,
        { type: "step-succeeded", step: "make", attempt: 1, how: "ran", output: { made: "db" }, evidence: "e" },
        { type: "step-undone", step: "make", attempt: 1, evidence: "e", again: true },
      ],
      { kind: "reopened", attempt: 1, input: { key: "db" }, output: { made: "db" } },
    ],
    [
      "adopted",
      [
        started,
        { type: "step-succeeded", step: "make", attempt: 1, how: "adopted", output: { made: "db" }, evidence: "e" },
      ],
      { kind: "succeeded", how: "adopted", input: { key: "db" }, output: { made: "db" } },
    ],
    [
      "failed after it began",
      [started, { type: "step-failed", step: "make", attempt: 1, error, probed: "partly" }],
      { kind: "failed", probed: "partly", input: { key: "db" } },
    ],
  ])("reads a step as %s", (_what, bodies, wanted) => {
    expect(stateOf(replay(entries(...bodies)), { step: "make" })).toMatchObject(wanted);
  });

  it("keeps in mind what an earlier attempt began, when a later one was refused before it began", () => {
    const failed: EntryBody = { type: "step-failed", step: "make", attempt: 1, error, probed: "not-done" };
    const refused: EntryBody = { ...failed, attempt: 2, probed: "not-needed" };
    const state = replay(entries(started, failed, refused));
    expect(stateOf(state, { step: "make" })).toMatchObject({ kind: "failed", attempt: 2, input: { key: "db" } });
    expect(stateOf(replay(entries(refused)), { step: "make" })).not.toHaveProperty("input");
  });
});

describe("a run in one line", () => {
  const begun: EntryBody = {
    type: "run-started",
    runbook: "recover",
    runbookVersion: "1",
    runbookSha256: "",
    runbookText: { name: "", sha256: "", bytes: 0 },
    inputs: {},
    operator: "op",
    host: "h",
    toolVersion: "0",
    rehearsal: true,
  };
  const stopped = (exitCode: number): EntryBody => ({ type: "run-stopped", why: "w", exitCode });

  it.each<[string, readonly EntryBody[], boolean]>([
    ["running", [begun], true],
    ["waiting", [begun, started, { type: "waited", step: "make", error }], true],
    ["stopped", [begun], false],
    ["in-doubt", [begun, started], false],
    ["stopped", [begun, stopped(13)], false],
    ["stopped", [begun, started, stopped(130)], false],
    ["in-doubt", [begun, stopped(14)], false],
    ["failed", [begun, stopped(12)], false],
    ["waiting", [begun, { type: "run-stopped", why: "w", exitCode: 15, error }], false],
    ["succeeded", [begun, { type: "run-ended", outcome: "succeeded" }], false],
    ["undone", [begun, { type: "run-ended", outcome: "undone" }], false],
  ])("is %s after %j", (wanted, bodies, carried) => {
    expect(summarize(entries(...bodies), { carried }).state).toBe(wanted);
  });

  it("stands at the step that a question is about, and not at the one that was skipped before it", () => {
    const skipped: EntryBody = { type: "step-skipped", step: "make-space", why: "not needed" };
    const asked: EntryBody = { type: "asked", step: "make", question: "consent", prompt: "Make it?" };
    const numbered = (...bodies: readonly EntryBody[]) => entries(...bodies).map((entry, seq) => ({ ...entry, seq }));
    const stepAfter = (...bodies: readonly EntryBody[]): string =>
      summarize(numbered(begun, ...bodies), { carried: false }).step;
    expect(stepAfter(skipped, asked, stopped(13))).toBe("make");
    expect(stepAfter(asked, skipped)).toBe("make-space");
  });

  it("has the fields that scripts rely on", () => {
    const target: EntryBody = { type: "target-fixed", target: "O/S/db", locks: [] };
    expect(summarize(entries(begun, target, started), { carried: false })).toEqual({
      run: "r",
      runbook: "recover",
      target: "O/S/db",
      state: "in-doubt",
      rehearsal: true,
      startedAt: header.time,
      updatedAt: header.time,
      step: "make",
    });
  });
});

describe("journals of version 1", () => {
  const folder = new URL("../../fixtures/journals/v1/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

  it("are kept for every way a run can stand", () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)("%s replays for ever", (name) => {
    const { entries: read, torn } = readJournal(readFileSync(new URL(name, folder)), name);
    expect(torn).toHaveLength(0);
    const state = replay(read);
    const units = Object.fromEntries([...state.units].map(([unit, own]) => [unit, own.kind]));
    const expected: unknown = JSON.parse(readFileSync(new URL(name.replace(".jsonl", ".state.json"), folder), "utf8"));
    expect({ summary: summarize(read, { carried: false }), units, answers: Object.fromEntries(state.answers) }).toEqual(
      expected,
    );
  });
});
