/**
 * Steps that are opened anew after drift: their effects may still be in the world (law 4), and an undo takes them back.
 */
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/state/replay.ts";
import { stateOf } from "../../src/engine/state/state.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { type KillPoint, KillingJournal } from "./killing-journal.ts";
import { reversible, TakenBack } from "./reversible.ts";

interface Scene {
  readonly world: FakeWorld;
  readonly taken: TakenBack;
  readonly runbook: Runbook;
  readonly inner: MemoryJournal;
}

/** By how many facts have drifted. */
const AGAIN = { "drift-1": "again", "drift-2": "again" };

/** make, stop, look, move[a], move[b], copy are done and late was refused; then somebody takes away make's object. */
async function drifted(): Promise<Scene> {
  const world = new FakeWorld();
  const taken = new TakenBack();
  world.readings.set("size", 7);
  const runbook = runbookOf([
    step("make", { action: reversible(world, taken, "create"), with: { key: "make" } }),
    step("stop", { action: reversible(world, taken, "disrupt"), with: { key: "stop" } }),
    step("look", { action: reading(world), with: { key: "size" } }),
    step("move", {
      action: reversible(world, taken, "destroy"),
      forEach: { text: '["a", "b"]' },
      with: { key: "move.${{ item }}" },
    }),
    step("copy", { action: reversible(world, taken, "destroy"), with: { key: "copy-${{ steps.look.value }}" } }),
    step("late", { action: reversible(world, taken, "create"), with: { key: "late" } }),
  ]);
  const inner = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
  world.guarded.add("late");
  await new Bench(inner).run({ runbook, flags: YES });
  world.guarded.clear();
  world.effects.delete("make");
  world.calls.length = 0;
  return { world, taken, runbook, inner };
}

const did = ({ world }: Scene): string[] => world.calls.filter((call) => call.startsWith("do "));

const opened = ({ inner }: Scene): string[] =>
  inner.entries.flatMap((entry) =>
    entry.type === "step-undone" && entry.again === true ? [`${entry.step}${entry.item ?? ""}`] : [],
  );

/** Resumed with `again`, and killed there. */
async function again(scene: Scene, kill?: KillPoint): Promise<void> {
  await new Bench(new KillingJournal(scene.inner, kill)).resume({
    runbook: scene.runbook,
    flags: YES,
    answers: AGAIN,
  });
}

/** The append that opens the last of the finished steps. */
async function lastOpened(): Promise<number> {
  const scene = await drifted();
  await again(scene);
  return scene.inner.entries.findLastIndex(({ type }) => type === "step-undone") + 1;
}

describe("a step that is opened anew", () => {
  it("is taken back by an undo wherever the process was killed after the choice", async () => {
    const whole = await drifted();
    const first = whole.inner.entries.length + 1;
    await again(whole);
    for (let at = first; at <= whole.inner.entries.length; at += 1) {
      const scene = await drifted();
      await again(scene, { at, how: "after" });
      const result = await new Bench(scene.inner).undo({ runbook: scene.runbook, flags: YES });
      expect([result.outcome, scene.world.snapshot], `killed at ${at}`).toEqual([
        "undone",
        { effects: {}, halves: [] },
      ]);
      expect(Object.fromEntries(scene.taken.counts)).toMatchObject({ stop: 1, "move.a": 1, "move.b": 1, "copy-7": 1 });
    }
  });

  it("keeps its input and its last output in the replayed state, and is marked in the journal", async () => {
    const scene = await drifted();
    await again(scene, { at: await lastOpened(), how: "after" });
    expect(opened(scene)).toEqual(["copy", "moveb", "movea", "move", "look", "stop", "make"]);
    const { inner } = scene;
    expect(stateOf(replay(inner.entries), { step: "stop" })).toMatchObject({
      kind: "reopened",
      input: { key: "stop" },
      output: { made: "stop" },
    });
  });

  it("is probed before anything else, and adopted if it is still done (law 4)", async () => {
    const scene = await drifted();
    await again(scene);
    expect(did(scene)).toEqual(["do make", "do late"]);
    const { calls } = scene.world;
    const after = calls.slice(calls.indexOf("do make"), calls.indexOf("do late"));
    expect(after.filter((call) => call.endsWith(" stop"))).toEqual(["probe stop", "verify stop"]);
    expect(scene.world.snapshot.effects).toMatchObject({ make: 1, stop: 1, "move.a": 1, "move.b": 1, late: 1 });
    expect(replay(scene.inner.entries).phase).toEqual({ kind: "ended", outcome: "succeeded" });
  });

  it("runs again if the probe says done and the proof, as before the choice, does not hold", async () => {
    const scene = await drifted();
    scene.world.effects.set("make", 1);
    scene.world.unproven.add("make");
    scene.world.onEffect = (key) => scene.world.unproven.delete(key);
    await again(scene);
    expect(did(scene)).toEqual(["do make", "do late"]);
  });

  it("is still taken back when its guard refuses it later", async () => {
    const scene = await drifted();
    scene.world.effects.delete("move.a");
    scene.world.halves.add("move.a");
    scene.world.guarded.add("move.a");
    await again(scene);
    expect(stateOf(replay(scene.inner.entries), { step: "move", item: "a" })).toMatchObject({
      kind: "failed",
      probed: "partly",
      input: { key: "move.a" },
      output: { made: "move.a" },
    });
    scene.world.guarded.clear();
    expect((await new Bench(scene.inner).undo({ runbook: scene.runbook, flags: YES })).outcome).toBe("undone");
    expect(scene.world.snapshot).toEqual({ effects: {}, halves: [] });
  });

  it("runs if the probe cannot tell, for the choice was the decision, but only behind its own guard", async () => {
    const scene = await drifted();
    scene.world.opaque.add("stop");
    scene.world.guarded.add("stop");
    await again(scene);
    expect(did(scene)).toEqual(["do make"]);
    expect(scene.world.calls.slice(-3)).toContain("guard stop");
    const other = await drifted();
    other.world.opaque.add("stop");
    await again(other);
    expect(did(other)).toEqual(["do make", "do stop", "do late"]);
  });

  it("is probed for what it would act on now, not for what it acted on before", async () => {
    const scene = await drifted();
    const bench = new Bench(scene.inner);
    scene.world.onEffect = (key) => key === "make" && scene.world.readings.set("size", 8);
    scene.world.guarded.add("copy-8");
    expect((await bench.resume({ runbook: scene.runbook, flags: YES, answers: AGAIN })).exitCode).toBe(16);
    scene.world.guarded.clear();
    scene.world.calls.length = 0;
    expect((await bench.resume({ runbook: scene.runbook, flags: YES })).exitCode).toBe(0);
    expect(scene.world.calls).toContain("probe copy-8");
    expect(did(scene)).toEqual(["do copy-8", "do late"]);
  });
});
