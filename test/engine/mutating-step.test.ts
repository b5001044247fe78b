import { describe, expect, it } from "vitest";
import { changing, changingUnproved, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

function one(world: FakeWorld): ReturnType<typeof runbookOf> {
  return runbookOf([step("make", { action: changing(world, "create"), with: { key: "db" } })]);
}

describe("a step that changes the world", () => {
  it("looks at identity, asks, writes its intent, acts, proves, writes the outcome, in this order (I3, I6)", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const order: string[] = [];
    world.onEffect = () => order.push(...bench.trail.slice(-1));
    await bench.run({ runbook: one(world), flags: YES });
    expect(order).toEqual(["step-started make"]);
    expect(world.calls).toEqual(["guard db", "do db", "verify db"]);
  });

  it("shows identity once more after a person has thought about the question", async () => {
    const world = new FakeWorld();
    await new Bench().run({ runbook: one(world), answers: { consent: "yes" } });
    expect(world.calls).toEqual(["guard db", "guard db", "do db", "verify db"]);
  });

  it("does not begin if its guard refuses, and says so with 16", async () => {
    const world = new FakeWorld();
    world.guarded.add("db");
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({
      exitCode: 16,
      outcome: "failed",
      error: { code: "guard-refused", place: "step make" },
    });
    expect(world.calls).toEqual(["guard db"]);
    expect(bench.trail).toEqual(["run-started", "target-fixed", "step-failed make", "run-stopped"]);
    world.guarded.clear();
    expect(await bench.resume({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
  });

  it("fails when its proof does not hold, whatever it returned (law 6)", async () => {
    const world = new FakeWorld();
    world.unproven.add("db");
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 12, outcome: "failed", error: { code: "proof-failed" } });
    expect(result.error?.message).toContain("db is not there");
    world.unproven.clear();
    expect(await bench.resume({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "adopted" });
    expect(world.effects.get("db")).toBe(1);
  });

  it("is held to its probe if it has no proof, after the effect and when a run is resumed", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    world.weather.set("late", ["refused"]);
    const runbook = runbookOf([
      step("make", { action: changingUnproved(world, "create"), with: { key: "db" } }),
      step("late", { action: changing(world, "create"), with: { key: "late" } }),
    ]);
    await bench.run({ runbook, flags: YES });
    expect(world.calls.slice(0, 3)).toEqual(["guard db", "do db", "probe db"]);
    world.effects.clear();
    const result = await bench.resume({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    expect(bench.journal.entries.filter((entry) => entry.type === "drift-found")).toMatchObject([
      { step: "make", evidence: "db is not-done" },
    ]);
  });

  it("says that nobody could tell where the probe that stands for its proof cannot", async () => {
    const world = new FakeWorld();
    world.opaque.add("db");
    const runbook = runbookOf([step("make", { action: changingUnproved(world, "create"), with: { key: "db" } })]);
    const result = await new Bench().run({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
    expect(result.error?.message).toContain("nobody could tell whether it holds: db is unknown");
  });

  it("is probed if the call was surely refused, and gives the target back when the probe says not done", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["refused"]);
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 15, error: { code: "access-denied" } });
    expect(world.calls).toEqual(["guard db", "do db", "probe db"]);
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-failed", probed: "not-done" });
    expect(bench.locks.held).toEqual([]);
  });

  it("keeps the target if a later call of the attempt was refused but an earlier one had its effect (law 4)", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["half-refused"]);
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 15, error: { code: "access-denied" } });
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-failed", probed: "partly" });
    expect(bench.locks.held).toEqual(["ORG/SPACE/db"]);
    expect(await bench.resume({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { db: 1 }, halves: [] });
  });

  it("keeps the target if an earlier attempt was left half done and the guard refuses the next one", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["half"]);
    const bench = new Bench();
    await bench.run({ runbook: one(world), flags: YES });
    world.guarded.add("db");
    const result = await bench.resume({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "guard-refused" } });
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-failed", attempt: 2, probed: "partly" });
    expect(bench.locks.held).not.toEqual([]);
  });

  it("is probed after any error; half done is told, and a later run finishes it", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["half"]);
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 12, outcome: "failed", error: { code: "command-failed" } });
    expect(bench.journal.entries.at(-2)).toMatchObject({ type: "step-failed", probed: "partly" });
    expect(await bench.resume({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { db: 1 }, halves: [] });
  });

  it("is probed first when a later process meets its failure (I5)", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["half"]);
    const bench = new Bench();
    await bench.run({ runbook: one(world), flags: YES });
    world.calls.length = 0;
    await bench.resume({ runbook: one(world), flags: YES });
    expect(world.calls).toEqual(["probe db", "guard db", "do db", "verify db"]);
  });

  it("that another hand finished in the meantime is adopted, not repeated", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["half"]);
    const bench = new Bench();
    await bench.run({ runbook: one(world), flags: YES });
    world.apply("db");
    world.calls.length = 0;
    await bench.resume({ runbook: one(world), flags: YES });
    expect(world.calls).toEqual(["probe db", "verify db"]);
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "adopted" });
  });

  it("is adopted with the error of its call, which is journaled and told, if that came after the effect", async () => {
    const world = new FakeWorld();
    world.onEffect = () => {
      throw new TypeError("undefined is not a function");
    };
    const bench = new Bench();
    expect(await bench.run({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    const adopted = { how: "adopted", error: { code: "internal", message: "undefined is not a function" } };
    expect(bench.journal.entries.find((entry) => entry.type === "step-succeeded")).toMatchObject(adopted);
    expect(bench.events.find((event) => event.type === "step-ended")).toMatchObject({ state: "succeeded", ...adopted });
  });

  it("turns what is no RecoverError into internal, with the step attached (I4)", async () => {
    const world = new FakeWorld();
    world.onEffect = () => {
      throw new TypeError("undefined is not a function");
    };
    world.opaque.add("db");
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 14 });
    expect(bench.journal.entries.find((entry) => entry.type === "step-in-doubt")).toMatchObject({
      error: { code: "internal", message: "undefined is not a function", place: "step make" },
    });
  });
});

describe("a lost network", () => {
  it("is waited for: the call is probed, found done, and adopted", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["lost-after"]);
    world.weather.set("probe db", ["lost-before", "lost-before"]);
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(world.calls).toEqual(["guard db", "do db", "probe db", "probe db", "probe db", "verify db"]);
    expect(bench.clock.sleeps).toEqual([1000, 1000, 2000]);
    expect(bench.trail.filter((line) => line === "waited make")).toHaveLength(3);
    expect(bench.journal.entries.find((entry) => entry.type === "step-succeeded")).not.toHaveProperty("error");
    expect(bench.events.find((event) => event.type === "waiting")).toMatchObject({
      step: "make",
      safe: expect.stringContaining("may have had its effect"),
      patienceLeftMs: 600_000,
    });
  });

  it("runs the step again only after a probe said that it is not done, as a new attempt", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["lost-before"]);
    const bench = new Bench();
    expect(await bench.run({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls).toEqual(["guard db", "do db", "probe db", "guard db", "do db", "verify db"]);
    expect(bench.state.units.get("make")).toMatchObject({ kind: "succeeded", how: "ran", attempt: 2 });
    expect(bench.events.some((event) => event.type === "note" && event.message.includes("runs again"))).toBe(true);
  });

  it("that cuts a probe's answer lets it ask again, and only an answer that is cut every time is a doubt", async () => {
    const cut = (times: number) => Array.from({ length: times }, () => "cut" as const);
    const outcome = async (times: number) => {
      const world = new FakeWorld();
      world.weather.set("db", ["lost-after"]);
      world.weather.set("probe db", cut(times));
      const { exitCode } = await new Bench().run({ runbook: one(world), flags: YES });
      return [exitCode, world.effects.get("db")];
    };
    expect(await outcome(3)).toEqual([0, 1]);
    expect(await outcome(4)).toEqual([14, 1]);
  });

  it("that outlasts the patience ends the run with 15, the step waiting, and the command to continue", async () => {
    const world = new FakeWorld();
    world.weather.set("db", ["lost-after"]);
    world.weather.set(
      "probe db",
      Array.from({ length: 500 }, () => "lost-before" as const),
    );
    const bench = new Bench();
    const result = await bench.run({ runbook: one(world), flags: { ...YES, patienceMs: 60_000 } });
    expect(result).toMatchObject({ exitCode: 15, outcome: "waiting", error: { code: "unreachable" } });
    expect(result.error?.remedy).toContain("dingo-recover resume 20261121-020000-test");
    expect(bench.state.units.get("make")?.kind).toBe("waiting");
    expect(world.effects.get("db")).toBe(1);
    world.weather.clear();
    expect(await bench.resume({ runbook: one(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.effects.get("db")).toBe(1);
  });
});
