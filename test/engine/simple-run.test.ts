import { describe, expect, it } from "vitest";
import type { AnyAction, Gravity, Json, JsonObject } from "../../src/action.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

describe("a run from beginning to end", () => {
  it("reads, creates, asks once for what disrupts, and ends with 0", async () => {
    const world = new FakeWorld();
    world.readings.set("name", "db");
    const runbook = runbookOf([
      step("look", { action: reading(world), with: { key: "name" } }),
      step("make", { action: changing(world, "create"), with: { key: "new-${{ steps.look.value }}" } }),
      step("show-it", { action: reviewing(world) }),
      step("stop-it", { action: changing(world, "disrupt"), with: { key: "stop" } }),
      step("swap", { action: changing(world, "destroy"), with: { key: "${{ steps.make.made }}-swap" } }),
    ]);
    const bench = new Bench();
    const result = await bench.run({ runbook, flags: YES });
    expect(result.error).toBeUndefined();
    expect(result).toMatchObject({ outcome: "succeeded", exitCode: 0, head: bench.journal.head });
    expect(world.snapshot).toEqual({ effects: { "new-db": 1, "new-db-swap": 1, stop: 1 }, halves: [] });
    expect(bench.trail).toEqual([
      "run-started",
      "target-fixed",
      "step-started look",
      "step-succeeded look",
      "asked make",
      "approved",
      "step-started make",
      "step-succeeded make",
      "step-started show-it",
      "step-succeeded show-it",
      "asked stop-it",
      "approved",
      "step-started stop-it",
      "step-succeeded stop-it",
      "step-started swap",
      "step-succeeded swap",
      "run-ended",
    ]);
    expect(bench.locks.held).toEqual([]);
  });
});

describe("an own action that was built for an earlier version", () => {
  it("may call `betweenItems` between its items", async () => {
    const world = new FakeWorld();
    world.readings.set("name", "db");
    const run: AnyAction["run"] = async (context) => {
      await context.betweenItems();
      return { value: world.read("name") };
    };
    const built = Object.assign(reading(world), { run });
    const runbook = runbookOf([step("look", { action: built, with: { key: "name" } })]);
    expect(await new Bench().run({ runbook, flags: YES })).toMatchObject({ outcome: "succeeded", exitCode: 0 });
  });
});

describe("what a run finds", () => {
  const finding = (gravityOf: (value: Json | undefined) => Gravity) =>
    Object.assign(reading(world), { finds: (output: JsonObject) => gravityOf(output["value"]) });
  const found = (gravity: Gravity, id: string) => step(id, { action: finding(() => gravity), with: { key: "name" } });
  const world = new FakeWorld();
  world.readings.set("name", "db");
  world.readings.set("other", "fine");

  it.each([
    [["nothing"], 0],
    [["nothing", "warning", "nothing"], 20],
    [["serious", "warning"], 21],
  ] as const)("fails nothing: %j lets it come to its end, with %i", async (gravities, exitCode) => {
    const bench = new Bench();
    const steps = gravities.map((gravity, index) => found(gravity, `look-${index}`));
    const result = await bench.run({ runbook: runbookOf(steps), flags: YES });
    expect(result).toMatchObject({ outcome: "succeeded", exitCode });
    expect(bench.trail.at(-1)).toBe("run-ended");
    expect(bench.locks.held).toEqual([]);
  });

  it("counts for each item of a step", async () => {
    const action = finding((value) => (value === "db" ? "serious" : "nothing"));
    const each = step("look", { action, forEach: { text: '["other", "name"]' }, with: { key: "${{ item }}" } });
    expect(await new Bench().run({ runbook: runbookOf([each]), flags: YES })).toMatchObject({ exitCode: 21 });
  });

  it("is not told of a run that was taken back", async () => {
    const bench = new Bench();
    const setting = { runbook: runbookOf([found("serious", "look")]), flags: YES };
    await bench.run(setting);
    expect(await bench.undo(setting)).toMatchObject({ outcome: "undone", exitCode: 0 });
  });
});
