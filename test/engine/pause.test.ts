import { describe, expect, it } from "vitest";
import { Pause } from "../../src/ui/pause.js";
import { changing, FakeWorld } from "./fake-world.js";
import { Bench, runbookOf, step, YES } from "./fixture.js";

const two = (world: FakeWorld): ReturnType<typeof runbookOf> =>
  runbookOf(["first", "second"].map((id) => step(id, { action: changing(world, "create"), with: { key: id } })));

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("a run that is paused", () => {
  it("ends the step at work, begins no other, and goes on where it stood; its journal knows nothing of it", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const gate = new Pause(bench.clock);
    world.onEffect = (key) => {
      if (key === "first") gate.toggle();
    };
    const ended = bench.run({ runbook: two(world), flags: YES, gate });
    await turns();
    expect(bench.state.units.get("first")?.kind).toBe("succeeded");
    expect(world.calls).not.toContain("guard second");
    gate.toggle();
    expect(await ended).toMatchObject({ exitCode: 0 });
    const unpaused = new Bench();
    await unpaused.run({ runbook: two(new FakeWorld()), flags: YES });
    const types = ({ journal }: Bench): readonly string[] => journal.entries.map(({ type }) => type);
    expect(types(bench)).toEqual(types(unpaused));
  });

  it("begins no attempt again whose call was lost", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const gate = new Pause(bench.clock);
    world.weather.set("first", ["lost-before"]);
    bench.clock.onSleep = () => {
      if (gate.since === undefined) gate.toggle();
    };
    const ended = bench.run({ runbook: two(world), flags: YES, gate });
    await turns();
    expect(gate.since).toBeDefined();
    expect(world.isDone("first")).toBe(false);
    gate.toggle();
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it("stops as otherwise", async () => {
    const [world, bench, stop] = [new FakeWorld(), new Bench(), new AbortController()];
    const gate = new Pause(bench.clock);
    world.onEffect = () => gate.toggle();
    const ended = bench.run({ runbook: two(world), flags: YES, gate, signal: stop.signal });
    await turns();
    stop.abort();
    expect(await ended).toMatchObject({ exitCode: 130, outcome: "stopped" });
    expect(world.isDone("second")).toBe(false);
  });
});

describe("long work that was paused between two items", () => {
  /** Three items side by side, then the effect; the pause begins with the step. */
  const held = (world: FakeWorld, gate: Pause): ReturnType<typeof two> => {
    const action = changing(world, "create");
    const begins: typeof action.run = async (context, input) => {
      gate.toggle();
      await Promise.all([1, 2, 3].map(() => context.betweenItems()));
      return await action.run(context, input);
    };
    return runbookOf([step("long", { action: { ...action, run: begins }, with: { key: "long" } })]);
  };

  it("shows once that what is about to change is still the run's own", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const gate = new Pause(bench.clock);
    const ended = bench.run({ runbook: held(world, gate), flags: YES, gate });
    await turns();
    const before = world.calls.filter((call) => call === "guard long").length;
    gate.toggle();
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(world.calls.filter((call) => call === "guard long")).toHaveLength(before + 1);
  });

  it("does not go on while it is paused again, during that very look", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const gate = new Pause(bench.clock);
    const action = changing(world, "create");
    if (action.effect === "read") throw new Error("it changes nothing");
    let isPaused = false;
    const guard: typeof action.guard = (context, input) => {
      if (isPaused) gate.toggle();
      isPaused = false;
      return action.guard?.(context, input) ?? Promise.resolve();
    };
    const run: typeof action.run = async (context, input) => {
      gate.toggle();
      isPaused = true;
      await context.betweenItems();
      return await action.run(context, input);
    };
    const runbook = runbookOf([step("long", { action: { ...action, guard, run }, with: { key: "long" } })]);
    const ended = bench.run({ runbook, flags: YES, gate });
    await turns();
    gate.toggle();
    await turns();
    expect(gate.since).toBeDefined();
    expect(world.isDone("long")).toBe(false);
    gate.toggle();
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it("changes nothing more where it is not", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const gate = new Pause(bench.clock);
    const ended = bench.run({ runbook: held(world, gate), flags: YES, gate });
    await turns();
    world.guarded.add("long");
    gate.toggle();
    expect(await ended).toMatchObject({ outcome: "failed", error: { code: "guard-refused" } });
    expect(world.isDone("long")).toBe(false);
  });
});
