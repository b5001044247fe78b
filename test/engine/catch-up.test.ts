/**
 * The last effect of an earlier process may be missing in the journal: a resumed one looks before it begins anything
 * (I14).
 */
import { describe, expect, it } from "vitest";
import type { Journal } from "../../src/engine/journal/journal.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { forgotten } from "./forgotten.ts";
import { reversible, TakenBack } from "./reversible.ts";

function threeSteps(world: FakeWorld): Runbook {
  return runbookOf([
    step("make", { action: changing(world, "create"), with: { key: "make" } }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("look", { action: reading(world), with: { key: "size" } }),
    step("move", { action: changing(world, "destroy"), forEach: { text: '["a", "b"]' }, with: { key: "${{ item }}" } }),
    step("late", { action: changing(world, "create"), with: { key: "late" } }),
  ]);
}

const did = (world: FakeWorld): string[] => world.calls.filter((call) => call.startsWith("do "));

/** The run up to its refusal at `late`, and the lines before the first one of `step`. */
async function cutBefore(world: FakeWorld, step: string): Promise<{ runbook: Runbook; left: Journal }> {
  const runbook = threeSteps(world);
  const bench = new Bench();
  world.guarded.add("late");
  await bench.run({ runbook, flags: YES });
  world.guarded.clear();
  world.calls.length = 0;
  const at = bench.trail.findIndex((line) => line.endsWith(` ${step}`));
  return { runbook, left: await forgotten(bench.journal, at) };
}

describe("a resumed process whose journal has lost its last lines", () => {
  it("adopts what is done and proved, step after step, and runs what is not (I14)", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    const bench = new Bench(left);
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(did(world)).toEqual(["do late"]);
    expect([...world.effects.values()]).toEqual([1, 1, 1, 1, 1]);
    for (const unit of ["stop", "move[a]", "move[b]"])
      expect(bench.state.units.get(unit), unit).toMatchObject({
        kind: "succeeded",
        how: "adopted",
        evidence: expect.stringMatching(/^nothing of it is in the journal, .*; found done: .* is there$/) as string,
      });
    expect(bench.state.units.get("late")).toMatchObject({ how: "ran" });
  });

  it("asks nobody's consent to adopt, and every consent before the first effect of its own (law 8)", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    const bench = new Bench(left);
    expect(await bench.resume({ runbook })).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    expect(did(world)).toEqual([]);
    expect(bench.operator.asked.map(({ prompt }) => prompt)).toEqual(["Step late?"]);
  });

  it("knows what an adopted step was about: an undo takes it back", async () => {
    const world = new FakeWorld();
    const taken = new TakenBack();
    const runbook = runbookOf([
      step("make", { action: reversible(world, taken, "create"), with: { key: "make" } }),
      step("late", { action: reversible(world, taken, "create"), with: { key: "late" } }),
    ]);
    const first = new Bench();
    world.guarded.add("late");
    await first.run({ runbook, flags: YES });
    world.guarded.clear();
    const left = await forgotten(first.journal, first.trail.indexOf("approved"));
    const bench = new Bench(left);
    expect(await bench.resume({ runbook })).toMatchObject({ exitCode: 13 });
    expect(await bench.undo({ runbook, flags: YES })).toMatchObject({ exitCode: 0, outcome: "undone" });
    expect(world.isDone("make")).toBe(false);
  });

  it("finishes what is done in part behind guard and consent", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    world.effects.delete("stop");
    world.halves.add("stop");
    const bench = new Bench(left);
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls.slice(0, 5)).toEqual(["verify make", "probe stop", "guard stop", "do stop", "verify stop"]);
  });

  it("runs what is there and not as it should be, behind guard and consent", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    world.unproven.add("stop");
    world.onEffect = (key) => world.unproven.delete(key);
    const bench = new Bench(left);
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls).toEqual(expect.arrayContaining(["guard stop", "do stop"]));
    expect(bench.state.units.get("stop")).toMatchObject({ how: "ran" });
  });

  it("leaves what nobody can tell to a person, and a flag given in advance decides nothing", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    world.opaque.add("stop");
    const early = { ...YES, decide: new Map([["stop", "redo"]] as const) };
    const doubt = {
      exitCode: 14,
      error: { code: "in-doubt", message: expect.stringContaining("lost; stop is unknown") },
    };
    expect(await new Bench(left).resume({ runbook, flags: early })).toMatchObject(doubt);
    expect(did(world)).toEqual([]);
    world.opaque.clear();
    expect(await new Bench(left).resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.effects.get("stop")).toBe(1);
  });

  it("believes the guard first if nobody can tell: what is somebody else's is refused, not in doubt (law 7)", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    world.opaque.add("stop");
    world.guarded.add("stop");
    const bench = new Bench(left);
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({
      exitCode: 16,
      error: { code: "guard-refused" },
    });
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-failed", step: "stop", probed: "partly" });
  });
});

describe("a process that knows where the work of the earlier ones ended", () => {
  it("probes nothing before it begins it: not in the first process", async () => {
    const world = new FakeWorld();
    await new Bench().run({ runbook: threeSteps(world), flags: YES });
    expect(world.calls.filter((call) => call.startsWith("probe "))).toEqual([]);
  });

  it("nor after its first effect", async () => {
    const world = new FakeWorld();
    const { runbook, left } = await cutBefore(world, "stop");
    world.effects.delete("stop");
    world.effects.delete("a");
    world.effects.delete("b");
    await new Bench(left).resume({ runbook, flags: YES });
    expect(world.calls.filter((call) => call.startsWith("probe "))).toEqual(["probe stop"]);
  });
});

describe("a step that is run again because only a run can prove it, and changes nothing", () => {
  it("says nothing of those after it: they are looked at as well", async () => {
    const world = new FakeWorld();
    const proving = changing(world, "disrupt");
    if (proving.effect === "read") throw new Error("it disrupts");
    const proof = {
      ...proving,
      probe: async () => ({ state: "not-done", evidence: "only a proof is done" }) as const,
      run: async () => ({ made: "proof" }),
      verify: async () => ({ holds: true, evidence: "proved" }) as const,
    };
    const runbook = runbookOf([
      step("proof", { action: proof, with: { key: "proof" } }),
      step("passwords", { action: changing(world, "disrupt"), with: { key: "passwords" } }),
      step("late", { action: changing(world, "create"), with: { key: "late" } }),
    ]);
    const bench = new Bench();
    world.guarded.add("late");
    await bench.run({ runbook, flags: YES });
    world.guarded.clear();
    const left = await forgotten(bench.journal, bench.trail.indexOf("step-started proof"));
    expect(await new Bench(left).resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(did(world)).toEqual(["do passwords", "do late"]);
  });
});
