import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AnyAction } from "../../src/action.ts";
import type { Decision } from "../../src/engine/journal/entry.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { reversible, TakenBack } from "./reversible.ts";

/** A step that began, lost its answer, and cannot be probed. */
async function inDoubt(): Promise<{ world: FakeWorld; bench: Bench; runbook: ReturnType<typeof runbookOf> }> {
  const world = new FakeWorld();
  const runbook = runbookOf([
    step("make", { action: changing(world, "create"), with: { key: "db" } }),
    step("next", { action: changing(world, "create"), with: { key: "next" } }),
  ]);
  world.weather.set("db", ["lost-after"]);
  world.opaque.add("db");
  const bench = new Bench();
  const result = await bench.run({ runbook, flags: YES });
  expect(result).toMatchObject({ exitCode: 14, outcome: "in-doubt", error: { code: "in-doubt", place: "step make" } });
  return { world, bench, runbook };
}

const deciding = (decision: Decision, unit = "make"): typeof YES => ({ ...YES, decide: new Map([[unit, decision]]) });

describe("a step in doubt", () => {
  it("says how to decide, and stays in doubt until somebody does", async () => {
    const { bench, runbook, world } = await inDoubt();
    const again = await bench.resume({ runbook, flags: YES });
    expect(again).toMatchObject({ exitCode: 14 });
    expect(again.error?.remedy).toContain("--decide 'make=by-hand'");
    // Its result is unknown, and it has no way back: neither can work.
    expect(again.error?.remedy).not.toMatch(/adopt|undo/);
    expect(bench.state.units.get("make")).toMatchObject({ kind: "in-doubt", evidence: "db is unknown" });
    expect(world.effects.get("db")).toBe(1);
    expect(world.effects.has("next")).toBe(false);
  });

  it("is shown to the operator with evidence, consequences and a recommendation, and the decision is journaled", async () => {
    const { bench, runbook, world } = await inDoubt();
    const result = await bench.resume({ runbook, flags: YES, answers: { decision: "redo" } });
    expect(result).toMatchObject({ exitCode: 0 });
    const [question] = bench.operator.asked;
    expect(question).toMatchObject({ kind: "choice", recommended: "by-hand" });
    if (question?.kind !== "choice") throw new Error("a doubt is decided by a choice");
    expect(question.details).toEqual(["db is unknown", "here$ fake create db"]);
    // Nothing is preselected: neither the question nor one of its answers names a default.
    expect(question).not.toHaveProperty("default");
    const consequences = new Map(question.choices.map(({ value, consequence }) => [value, consequence]));
    expect([...consequences.keys()]).toEqual(["by-hand", "redo"]);
    expect(consequences.get("by-hand")).toContain("only if it is there");
    expect(consequences.get("redo")).toContain("a second one may come to be");
    expect(bench.journal.entries.find((entry) => entry.type === "decided")).toMatchObject({
      step: "make",
      decision: "redo",
      by: "operator",
      operator: "op",
      why: "db is unknown",
    });
    expect(world.effects.get("db")).toBe(2);
  });

  it("by a flag is about the doubt that was seen, never about one that arises afterwards", async () => {
    const { bench, runbook, world } = await inDoubt();
    world.weather.set("db", ["lost-after", "lost-after", "lost-after"]);
    expect(await bench.resume({ runbook, flags: deciding("redo") })).toMatchObject({ exitCode: 14 });
    expect(world.effects.get("db")).toBe(2);
  });

  it("is adopted by the world itself as soon as a probe can tell", async () => {
    const { bench, runbook, world } = await inDoubt();
    world.opaque.clear();
    expect(await bench.resume({ runbook, flags: deciding("redo") })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "adopted" });
    expect(world.effects.get("db")).toBe(1);
  });

  it("done by hand is believed only when the probe says done", async () => {
    const { bench, runbook, world } = await inDoubt();
    const early = await bench.resume({ runbook, flags: deciding("by-hand") });
    expect(early).toMatchObject({ exitCode: 14 });
    expect(early.error?.message).toContain("said to be done by hand");
    // The failed decision is not held against the next process.
    expect(bench.state.decisions.size).toBe(0);
    const probes = world.calls.filter((call) => call === "probe db").length;
    world.opaque.clear();
    const settled = await bench.resume({ runbook, flags: deciding("by-hand") });
    expect(settled).toMatchObject({ exitCode: 0 });
    expect(world.calls.filter((call) => call === "probe db").length).toBeGreaterThan(probes);
  });

  it("cannot be adopted while the output that later steps need is unknown", async () => {
    const { bench, runbook } = await inDoubt();
    const result = await bench.resume({ runbook, flags: deciding("adopt") });
    expect(result).toMatchObject({ exitCode: 14 });
    expect(result.error?.message).toContain("cannot be adopted while its result is unknown");
  });

  it("can be adopted if later steps need nothing of it, and the advice says so", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("make", {
        action: { ...changing(world, "create"), output: z.object({ made: z.string().default("db") }) },
        with: { key: "db" },
      }),
    ]);
    world.weather.set("db", ["lost-after"]);
    world.opaque.add("db");
    const bench = new Bench();
    const first = await bench.run({ runbook, flags: YES });
    expect(first.error?.remedy).toContain("(or redo, or adopt)");
    expect(first.error?.remedy).toContain("--decide 'make=by-hand'");
    await bench.resume({ runbook, flags: deciding("adopt") });
    expect(bench.journal.entries.find((entry) => entry.type === "decided")).toMatchObject({ decision: "adopt" });
  });

  it("is taken back and done anew on the recommendation of a probe that knows no better way", async () => {
    const world = new FakeWorld();
    const action = reversible(world, new TakenBack(), "create");
    const probe = async () => ({ state: "unknown", evidence: "somebody was there", best: "undo" });
    const runbook = runbookOf([step("make", { action: { ...action, probe } as AnyAction, with: { key: "db" } })]);
    world.weather.set("db", ["lost-after"]);
    const bench = new Bench();
    const first = await bench.run({ runbook, flags: YES });
    expect(first.error?.remedy).toContain("--decide 'make=undo'");
    expect(first.error?.remedy).toContain("(or by-hand, or redo)");
    expect(bench.operator.asked).toMatchObject([{ recommended: "undo" }]);
    expect(await bench.resume({ runbook, flags: deciding("undo") })).toMatchObject({ exitCode: 0 });
    expect(world.effects.get("db")).toBe(1);
  });

  it("cannot be undone by the tool, and such a decision is not written down", async () => {
    const { bench, runbook } = await inDoubt();
    expect(await bench.resume({ runbook, flags: deciding("undo") })).toMatchObject({ exitCode: 2 });
    expect(bench.journal.entries.some((entry) => entry.type === "decided")).toBe(false);
  });

  it("keeps a decision over a kill, without asking again", async () => {
    const { bench, runbook, world } = await inDoubt();
    await bench.journal.append({
      type: "decided",
      step: "make",
      decision: "redo",
      by: "operator",
      why: "db is unknown",
    });
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toEqual([]);
    expect(world.effects.get("db")).toBe(2);
  });

  it("is asked about anew if the world no longer shows what a decision was made on", async () => {
    const { bench, runbook, world } = await inDoubt();
    const decided = { decision: "redo", by: "operator", why: "db was seen in another state" } as const;
    await bench.journal.append({ type: "decided", step: "make", ...decided });
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 14 });
    expect(bench.operator.asked.map(({ id }) => id)).toEqual(["decision"]);
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-in-doubt", evidence: "db is unknown" });
    expect(world.effects.get("db")).toBe(1);
  });

  it("of a for_each is decided item by item", async () => {
    const world = new FakeWorld();
    const each = { action: changing(world, "create"), forEach: { text: '["a", "b"]' }, with: { key: "${{ item }}" } };
    const runbook = runbookOf([step("bind", each)]);
    world.weather.set("b", ["lost-after"]);
    world.opaque.add("b");
    const bench = new Bench();
    const first = await bench.run({ runbook, flags: YES });
    expect(first).toMatchObject({ exitCode: 14, error: { place: "step bind[b]" } });
    const second = await bench.resume({ runbook, flags: deciding("redo", "bind[b]") });
    expect(second).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { a: 1, b: 2 }, halves: [] });
  });
});
