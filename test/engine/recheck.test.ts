import { describe, expect, it } from "vitest";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { reversible, TakenBack } from "./reversible.ts";

/** look, make, then a step that is refused on the first day. */
function scene(more: { readonly holdsUntil?: string } = {}): { world: FakeWorld; runbook: Runbook; bench: Bench } {
  const world = new FakeWorld();
  world.readings.set("size", 7);
  world.weather.set("late", ["refused"]);
  const runbook = runbookOf([
    step("look", { action: reading(world), with: { key: "size" } }),
    step("make", { action: changing(world, "create"), with: { key: "db" }, ...more }),
    step("middle", { action: changing(world, "create"), with: { key: "middle" } }),
    step("late", { action: changing(world, "create"), with: { key: "late-${{ steps.look.value }}" } }),
  ]);
  world.weather.set("late-7", ["refused"]);
  world.weather.set("late-8", []);
  return { world, runbook, bench: new Bench() };
}

describe("a resumed run", () => {
  it("looks again, read-only, at every fact that should still hold (law 9)", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.calls.length = 0;
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls.slice(0, 4)).toEqual(["read size", "verify db", "verify middle", "probe late-7"]);
    expect(bench.events.filter((event) => event.type === "re-verified")).toMatchObject([
      { step: "look", holds: "yes" },
      { step: "make", holds: "yes" },
      { step: "middle", holds: "yes" },
    ]);
  });

  it("does not look at facts whose lifetime is over", async () => {
    const { world, runbook, bench } = scene({ holdsUntil: "middle" });
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    world.calls.length = 0;
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls).not.toContain("verify db");
  });

  it("does not look at a fact that a step cut in its middle may have ended", async () => {
    const { world, runbook, bench } = scene({ holdsUntil: "late" });
    world.weather.set("late-7", ["half"]);
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    world.calls.length = 0;
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.calls).not.toContain("verify db");
  });

  it("shows drift and stops with 13 if nobody can decide", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    world.calls.length = 0;
    const result = await bench.resume({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 13, outcome: "stopped", error: { code: "question-unanswered" } });
    expect(bench.journal.entries.filter((entry) => entry.type === "drift-found")).toMatchObject([
      { step: "make", evidence: "db is not there" },
    ]);
    expect(world.calls.some((call) => call.startsWith("do "))).toBe(false);
  });

  it("stops or goes on as the operator says, and asks anew the next time", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    const stopped = await bench.resume({ runbook, flags: YES, answers: { "drift-1": "stop" } });
    const decide = `Decide with "dingo-recover resume ${bench.journal.run} --decide 'make=again'" (or go-on).`;
    expect(stopped).toMatchObject({ exitCode: 13, error: { code: "stopped-by-operator" } });
    expect(stopped.error?.remedy).toContain(decide);
    expect(bench.operator.asked[0]?.prompt).toBe(
      'The step "make" was finished. Its result no longer holds (db is not there). Go on?',
    );
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 13 });
    const on = await bench.resume({ runbook, flags: YES, answers: { "drift-3": "go-on" } });
    expect(on).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked[0]).toMatchObject({ recommended: "again", details: ["make: db is not there"] });
  });

  it("does not offer to do a step again that its own guard would refuse, and says why", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    world.staying.set("db", { stays: "its place is taken" });
    await bench.resume({ runbook, flags: YES, answers: { "drift-1": "stop" } });
    const [question] = bench.operator.asked;
    expect(question).toMatchObject({
      recommended: "stop",
      details: ["make: db is not there; it cannot be done again: its place is taken"],
    });
    expect(question?.kind === "choice" && question.choices.map(({ value }) => value)).toEqual(["stop", "go-on"]);
  });

  it("goes on with what a read finds now, once the operator has seen the difference", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.readings.set("size", 8);
    const result = await bench.resume({ runbook, flags: YES, answers: { "drift-1": "go-on" } });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(bench.events.find((event) => event.type === "re-verified")).toMatchObject({
      holds: "no",
      evidence: "reads otherwise than before: value was 7, is 8",
    });
    expect(world.isDone("late-8")).toBe(true);
  });

  it("takes a fact that cannot be told for drift, not for a fact (law 5)", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.weather.set(
      "read size",
      Array.from({ length: 300 }, () => "lost-before" as const),
    );
    const result = await bench.resume({ runbook, flags: { ...YES, patienceMs: 5000 } });
    expect(result).toMatchObject({ exitCode: 15, outcome: "waiting" });
    expect(world.isDone("late-7")).toBe(false);
  });

  it("reads a step that was cut in the middle of reading once more", async () => {
    const { runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    const { journal } = bench;
    await journal.append({
      type: "step-started",
      step: "look",
      attempt: 2,
      action: "fake.read",
      effect: "read",
      input: { key: "size" },
      commandsSha256: "",
    });
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("look")).toMatchObject({ kind: "succeeded", attempt: 3 });
  });
});

describe("a runbook that was edited while its run was stopped", () => {
  it("is refused with 10, naming the steps that changed, and the journal stays as it was", async () => {
    const { world, runbook: written, bench } = scene();
    const action = reversible(world, new TakenBack(), "create");
    const runbook = runbookOf(written.steps.map((each) => (each.id === "look" ? each : { ...each, action })));
    await bench.run({ runbook, flags: YES });
    const { length } = bench.journal.entries;
    const edited = runbookOf([
      ...runbook.steps.slice(0, 3),
      step("late", { action, with: { key: "late-9" } }),
      step("added", { action, with: { key: "added" } }),
    ]);
    const result = await bench.resume({ runbook: edited, flags: YES });
    expect(result).toMatchObject({ exitCode: 10, error: { code: "runbook-changed", place: "fake.yml" } });
    expect(result.error?.message).toContain("the steps late, added changed");
    const { run } = bench.journal;
    expect(bench.events.at(-1)).toMatchObject({
      resumeWith: `dingo-recover resume ${run} --accept-runbook`,
      undoWith: `dingo-recover undo ${run} --accept-runbook`,
    });
    expect(bench.journal.entries).toHaveLength(length);
    const accepted = await bench.resume({ runbook: edited, flags: { ...YES, acceptRunbook: true } });
    expect(accepted).toMatchObject({ exitCode: 0 });
    expect(bench.journal.entries.find((entry) => entry.type === "runbook-accepted")).toMatchObject({
      runbookSha256: edited.sha256,
      by: "op",
    });
    expect(world.isDone("late-9") && world.isDone("added")).toBe(true);
  });

  it("ends a fact at a step that is new, when a step behind it has begun", async () => {
    const { world, runbook, bench } = scene({ holdsUntil: "middle" });
    await bench.run({ runbook, flags: YES });
    world.unproven.add("db");
    world.calls.length = 0;
    const [look, , middle, late] = runbook.steps;
    if (look === undefined || middle === undefined || late === undefined) throw new Error("the scene has four steps");
    const make = step("make", { action: changing(world, "create"), with: { key: "db" }, holdsUntil: "new" });
    const added = step("new", { action: changing(world, "create"), with: { key: "new" } });
    world.weather.set("late-7", []);
    const edited = runbookOf([look, make, added, middle, late]);
    expect(await bench.resume({ runbook: edited, flags: { ...YES, acceptRunbook: true } })).toMatchObject({
      exitCode: 0,
    });
    expect(world.calls).not.toContain("verify db");
    expect(world.isDone("new")).toBe(true);
  });

  it("is known from then on, and not asked about again", async () => {
    const { world, runbook, bench } = scene();
    await bench.run({ runbook, flags: YES });
    world.weather.set("late-9", ["refused"]);
    const steps = [
      ...runbook.steps.slice(0, 3),
      step("late", { action: changing(world, "create"), with: { key: "late-9" } }),
    ];
    const edited = runbookOf(steps);
    await bench.resume({ runbook: edited, flags: { ...YES, acceptRunbook: true } });
    expect(await bench.resume({ runbook: edited, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(await new Bench(bench.journal).resume({ runbook: edited, flags: YES })).toMatchObject({
      exitCode: 2,
      error: { code: "run-ended" },
    });
  });
});

describe("a step that lost its ground", () => {
  /** While "middle" runs somebody takes "db" away, and "late" refuses to go on without it. */
  function lost(): { world: FakeWorld; runbook: Runbook; bench: Bench } {
    const { world, runbook, bench } = scene();
    world.weather.set("late-7", []);
    let taken = false;
    world.onEffect = (key) => {
      if (key === "db") world.guarded.delete("late-7");
      if (key !== "middle" || taken) return;
      taken = true;
      world.effects.delete("db");
      world.guarded.add("late-7");
    };
    return { world, runbook, bench };
  }

  it("is run after all, when what it stands on was done again and every finished step since was looked at", async () => {
    const { world, runbook, bench } = lost();
    const result = await bench.run({ runbook, flags: YES, answers: { "drift-1": "again" } });
    expect(result).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    expect(world.calls.filter((call) => call.startsWith("do "))).toEqual(["do db", "do middle", "do db", "do late-7"]);
    expect(bench.journal.entries.filter(({ type }) => type === "step-undone")).toMatchObject([
      { step: "middle", again: true },
      { step: "make", again: true },
    ]);
  });

  it("is told by its own error if nobody is asked, and by the choice if the operator stops", async () => {
    const first = lost();
    expect(await first.bench.run({ runbook: first.runbook, flags: YES })).toMatchObject({
      exitCode: 16,
      error: { code: "guard-refused" },
    });
    const second = lost();
    const answers = { "drift-1": "stop" };
    expect(await second.bench.run({ runbook: second.runbook, flags: YES, answers })).toMatchObject({
      exitCode: 13,
      error: { code: "stopped-by-operator" },
    });
  });

  it("is not in doubt: what is unknown of it follows from what is gone", async () => {
    const { world, runbook, bench } = lost();
    world.weather.set("late-7", ["half"]);
    world.guarded.clear();
    world.opaque.add("late-7");
    world.onEffect = (key) => {
      if (key === "middle") world.effects.delete("db");
    };
    expect(await bench.run({ runbook, flags: YES })).toMatchObject({ exitCode: 12, error: { code: "command-failed" } });
    expect(bench.journal.entries.some(({ type }) => type === "step-in-doubt")).toBe(false);
    expect(await bench.resume({ runbook, flags: YES, answers: { "drift-1": "stop" } })).toMatchObject({ exitCode: 13 });
  });
});
