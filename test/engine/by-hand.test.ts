/** Law 11: the exact commands are shown and journaled, and the work done with them by hand is probed and journaled. */
import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { replay } from "../../src/engine/state/replay.ts";
import { runRunbook } from "../../src/engine/run/run.ts";
import type { Answer, Operator } from "../../src/ports/operator.ts";
import { incidentReport } from "../../src/report/incident.ts";
import { markdownOf } from "../../src/report/markdown.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const reportMarkdown = (...given: Parameters<typeof incidentReport>): string => markdownOf(incidentReport(...given));

const make = (world: FakeWorld, effect: "create" | "disrupt"): ReturnType<typeof step> =>
  step("make", { action: changing(world, effect), with: { key: "db" } });

const started = (entries: readonly Entry[]): Entry | undefined =>
  entries.find((entry) => entry.type === "step-started");

describe("a step that the operator has done by hand", () => {
  it.each(["create", "disrupt"] as const)("of effect %s is probed, not run, and journaled as such", async (effect) => {
    const world = new FakeWorld();
    world.effects.set("db", 1);
    const bench = new Bench();
    const result = await bench.run({ runbook: runbookOf([make(world, effect)]), answers: { consent: "by-hand" } });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(world.calls).not.toContain("do db");
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "by-hand" });
    const [question] = bench.operator.asked;
    expect(question).toMatchObject({ byHand: true, commands: [{ step: "make", commands: [{ on: "here" }] }] });
    const said = bench.journal.entries.find((entry) => entry.type === "answered");
    expect(said).toMatchObject({ step: "make", question: "consent", value: "by-hand", by: "operator" });
    expect(bench.journal.entries.some((entry) => entry.type === "approved")).toBe(false);
  });

  it("is not believed if the probe says that it is not done, and is asked about again on resume", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const runbook = runbookOf([make(world, "create")]);
    const result = await bench.run({ runbook, answers: { consent: "by-hand" } });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
    expect(world.effects.has("db")).toBe(false);
    expect(await bench.resume({ runbook, answers: { consent: "yes" } })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "ran" });
    expect(world.effects.get("db")).toBe(1);
  });

  it("is asked about again at once by the same process if it was said too early", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const runbook = runbookOf([make(world, "create")]);
    const operator = new EarlyOperator(() => world.effects.set("db", 1));
    expect(await runRunbook({ ...bench.options({ runbook }), operator, inputs: {} })).toMatchObject({ exitCode: 0 });
    expect(operator.asked).toBe(3);
    expect(world.calls).not.toContain("do db");
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "by-hand" });
    const notes = bench.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain("said to be done by hand, but it is not done");
  });

  it("is in doubt if the probe cannot tell", async () => {
    const world = new FakeWorld();
    world.opaque.add("db");
    const bench = new Bench();
    const result = await bench.run({ runbook: runbookOf([make(world, "create")]), answers: { consent: "by-hand" } });
    expect(result).toMatchObject({ exitCode: 14 });
    expect(world.effects.has("db")).toBe(false);
  });
});

describe("the commands of a step that changes something", () => {
  it("stand in the journal before its effect, and in the report", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    await bench.run({ runbook: runbookOf([make(world, "create")]), flags: YES });
    const { entries, head } = bench.journal;
    expect(started(entries)).toMatchObject({ commands: [{ on: "here", line: "fake create db" }] });
    expect(reportMarkdown(entries, { holds: true, head })).toContain("here$ fake create db");
  });

  it("may be missing: journals of the first release replay and are reported all the same", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    await bench.run({ runbook: runbookOf([make(world, "create")]), flags: YES });
    const old = bench.journal.entries.map((entry) => {
      const { commands: _, ...rest } = { commands: undefined, ...entry };
      return rest;
    });
    expect(started(old)).not.toHaveProperty("commands");
    expect(replay(old)).toEqual(bench.state);
    expect(reportMarkdown(old, { holds: true, head: "" })).toContain("make");
  });
});

/** Says three times that it is done, and does it before the third. */
class EarlyOperator implements Operator {
  asked = 0;
  readonly #work: () => void;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): Promise<Answer> {
    this.asked += 1;
    if (this.asked === 3) this.#work();
    return Promise.resolve({ value: "by-hand", by: "operator" });
  }
}
