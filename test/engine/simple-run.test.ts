import { describe, expect, it } from "vitest";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.js";
import { Bench, runbookOf, step, YES } from "./fixture.js";

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
