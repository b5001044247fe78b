/** A step that fails because somebody took away its ground: whether that is seen, and the effect of doing it again. */
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/state/replay.ts";
import { outgrownNames } from "../../src/engine/state/state.ts";
import { RecoverError } from "../../src/errors.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { KillingJournal } from "./killing-journal.ts";
import { reversible, TakenBack } from "./reversible.ts";

const AGAIN = Object.fromEntries(Array.from({ length: 20 }, (_, drifts) => [`drift-${drifts}`, "again"]));
const did = (world: FakeWorld): readonly string[] => world.calls.filter((call) => call.startsWith("do "));
const emptyJournal = (): MemoryJournal => new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });

/** stop, copy, start; while copy is at work somebody undoes the stop, and copy cannot be proved before it is done again. */
function undoneStop(holdsUntil?: string): { readonly world: FakeWorld; readonly runbook: Runbook } {
  const world = new FakeWorld();
  const lasting = holdsUntil === undefined ? {} : { holdsUntil };
  const runbook = runbookOf([
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" }, ...lasting }),
    step("copy", { action: changing(world, "create"), with: { key: "copy" } }),
    step("start", { action: changing(world, "disrupt"), with: { key: "start" } }),
  ]);
  world.onEffect = (key) => {
    if (key !== "copy" || world.unproven.has("copy")) return;
    world.effects.delete("stop");
    world.unproven.add("copy");
    world.onEffect = () => world.unproven.clear();
  };
  return { world, runbook };
}

describe("a step whose proof fails", () => {
  it("is done again after what it stands on, if that no longer holds", async () => {
    const { world, runbook } = undoneStop();
    const bench = new Bench();
    const result = await bench.run({ runbook, flags: YES, answers: AGAIN });
    expect(result).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    expect(bench.trail.filter((entry) => /^(drift-found|step-(failed|undone))/.test(entry))).toEqual([
      "step-failed copy",
      "drift-found stop",
      "step-undone copy",
      "step-undone stop",
    ]);
    expect(did(world)).toEqual(["do stop", "do copy", "do stop", "do start"]);
  });

  it("tells its own error first if a person is asked, who can stop or have it done again", async () => {
    const { runbook } = undoneStop();
    const bench = new Bench();
    const result = await bench.run({ runbook, flags: YES, answers: { "drift-1": "stop" } });
    expect(result).toMatchObject({ exitCode: 13 });
    const [question] = bench.operator.asked;
    expect(question).toMatchObject({
      choices: [{ value: "stop" }, { value: "again" }],
      details: [expect.stringContaining("the proof did not hold"), "stop: stop is not there"],
    });
  });

  it("ends by its own error if what it stands on holds, and if nobody is there to answer", async () => {
    const whole = undoneStop();
    whole.world.onEffect = () => undefined;
    whole.world.unproven.add("copy");
    const bench = new Bench();
    expect(await bench.run({ runbook: whole.runbook, flags: YES, answers: AGAIN })).toMatchObject({
      exitCode: 12,
      error: { code: "proof-failed" },
    });
    expect(bench.operator.asked).toEqual([]);
    const alone = undoneStop();
    expect(await new Bench().run({ runbook: alone.runbook, flags: YES })).toMatchObject({ exitCode: 12 });
  });

  it("is not answered by something that is no choice", async () => {
    const { runbook } = undoneStop();
    const result = await new Bench().run({ runbook, flags: YES, answers: { "drift-1": "go-on" } });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
  });
});

describe("the look at what a failed step stands on", () => {
  /** make, then late, which cannot be proved; `look` gives the result of each look at make. */
  function watched(look: (times: number) => boolean): { readonly runbook: Runbook; readonly looks: () => number } {
    const world = new FakeWorld();
    world.unproven.add("late");
    let times = 0;
    const make = changing(world, "create");
    if (make.effect === "read") throw new Error("it changes nothing");
    const verify: typeof make.verify = async () => {
      times += 1;
      return { holds: look(times), evidence: `look ${times}` };
    };
    const runbook = runbookOf([
      step("make", { action: { ...make, verify }, with: { key: "make" } }),
      step("late", { action: changing(world, "create"), with: { key: "late" } }),
    ]);
    return { runbook, looks: () => times };
  }

  it("asks nobody about a fact that holds again", async () => {
    const { runbook, looks } = watched((times) => times !== 2);
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, answers: AGAIN })).toMatchObject({ exitCode: 12 });
    expect([looks(), bench.operator.asked]).toEqual([3, []]);
  });

  it("waits for no network: the step's own error is told at once", async () => {
    const { runbook, looks } = watched((times) => {
      if (times > 1) throw new RecoverError("unreachable", "no answer", { remedy: "See to the network." });
      return true;
    });
    const bench = new Bench();
    const began = bench.clock.monotonicMs();
    expect(await bench.run({ runbook, flags: YES })).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
    expect([looks(), bench.clock.monotonicMs() - began]).toEqual([2, 0]);
  });

  it("ends with 130 if a signal comes meanwhile", async () => {
    const stop = new AbortController();
    const { runbook } = watched((times) => {
      if (times > 1) stop.abort();
      return true;
    });
    const result = await new Bench().run({ runbook, flags: YES, signal: stop.signal });
    expect(result).toMatchObject({ exitCode: 130, error: { code: "interrupted" } });
  });

  it("hides no error if the run is to stop before its next step", async () => {
    let wanted = false;
    const { runbook } = watched((times) => {
      wanted = times > 1;
      return times < 2;
    });
    const result = await new Bench().run({ runbook, flags: YES, answers: AGAIN, stopRequested: () => wanted });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
  });
});

describe("a fact that holds until a step", () => {
  it("is looked at if that step was refused before its start, then and on resume", async () => {
    const { world, runbook } = undoneStop("start");
    world.guarded.add("start");
    world.onEffect = (key) => key === "copy" && world.effects.delete("stop");
    const bench = new Bench();
    expect((await bench.run({ runbook, flags: YES, answers: { "drift-1": "stop" } })).exitCode).toBe(13);
    world.guarded.clear();
    expect((await bench.resume({ runbook, flags: YES, answers: AGAIN })).exitCode).toBe(0);
    expect(did(world)).toEqual(["do stop", "do copy", "do stop", "do start"]);
  });

  it("is over if that step was refused but may have acted, of which the journal lost the lines", async () => {
    const { world, runbook } = undoneStop("start");
    world.onEffect = (key) => key === "start" && world.effects.delete("stop");
    const whole = new Bench();
    await whole.run({ runbook, flags: YES });
    const begun = whole.journal.entries.findIndex((entry) => entry.type === "step-started" && entry.step === "start");
    const lost = emptyJournal();
    for (const { v: _v, seq: _s, time: _t, run: _r, epoch: _e, prev: _p, ...body } of whole.journal.entries.slice(
      0,
      begun,
    ))
      await lost.append(body);
    world.guarded.add("start");
    world.opaque.add("start");
    const bench = new Bench(lost);
    expect(await bench.resume({ runbook, flags: YES, answers: { "drift-1": "go-on" } })).toMatchObject({
      exitCode: 16,
      error: { code: "guard-refused" },
    });
    expect(bench.operator.asked.map(({ id }) => id)).toEqual(["drift-1"]);
  });

  it("is over if that step had nothing to do", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" }, holdsUntil: "move" }),
      step("move", { action: changing(world, "destroy"), forEach: { text: "[]" }, with: { key: "${{ item }}" } }),
      step("late", { action: changing(world, "create"), with: { key: "late" } }),
    ]);
    world.unproven.add("late");
    world.onEffect = () => world.effects.delete("stop");
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, answers: AGAIN })).toMatchObject({ exitCode: 12 });
    expect(bench.operator.asked).toEqual([]);
  });
});

interface Replaced {
  readonly world: FakeWorld;
  readonly taken: TakenBack;
  readonly runbook: Runbook;
}

/**
 * make, look, stop, copy, and somebody replaces make's object by another while `taking` is at work: look finds B
 * instead of A.
 */
function replaced(taking: "stop" | "copy"): Replaced {
  const world = new FakeWorld();
  const taken = new TakenBack();
  world.readings.set("name", "A");
  const runbook = runbookOf([
    step("make", { action: reversible(world, taken, "create"), with: { key: "make" } }),
    step("look", { action: reading(world), with: { key: "name" } }),
    step("stop", { action: reversible(world, taken, "disrupt"), with: { key: "stop-${{ steps.look.value }}" } }),
    step("copy", { action: reversible(world, taken, "destroy"), with: { key: "copy-${{ steps.look.value }}" } }),
  ]);
  world.onEffect = (key) => {
    if (key === `${taking}-A`) {
      world.effects.delete("make");
      world.unproven.add(key);
    }
    if (key === "make" && world.isDone(`${taking}-A`)) world.readings.set("name", "B");
  };
  return { world, taken, runbook };
}

describe("a step that is done again on something else", () => {
  it("is asked for what it would act on now, also the one that had failed", async () => {
    const { world, runbook } = replaced("stop");
    const result = await new Bench().run({ runbook, flags: YES, answers: AGAIN });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(did(world)).toEqual(["do make", "do stop-A", "do make", "do stop-B", "do copy-B"]);
  });

  it("leaves nothing that an undo does not know: what it did to the first is named, and left to the operator", async () => {
    const { world, runbook } = replaced("copy");
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, answers: AGAIN })).toMatchObject({ exitCode: 0 });
    expect(outgrownNames(replay(bench.journal.entries))).toEqual(["stop@1", "copy@1"]);
    const refused = await bench.undo({ runbook, flags: YES });
    expect(refused).toMatchObject({ exitCode: 16, error: { code: "guard-refused" } });
    expect(
      bench.events.filter(({ type }) => type === "note").map((event) => "message" in event && event.message),
    ).toContain('stop@1 acted on {"key":"stop-A"}');
    expect(refused.error?.remedy).toContain("--decide 'stop@1=by-hand' --decide 'copy@1=by-hand'");
    expect(world.snapshot.effects).toMatchObject({ "stop-B": 1, "copy-B": 1 });
    const decide = new Map([
      ["stop@1", "by-hand"],
      ["copy@1", "by-hand"],
    ] as const);
    expect((await bench.undo({ runbook, flags: { ...YES, decide } })).outcome).toBe("undone");
    expect(world.snapshot.effects).toEqual({ "stop-A": 1, "copy-A": 1 });
  });

  it("is known to an undo by that, if it was found done there already", async () => {
    const { world, taken, runbook } = replaced("copy");
    world.effects.set("stop-B", 1);
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, answers: AGAIN })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("stop")).toMatchObject({ how: "adopted", input: { key: "stop-B" } });
    const decide = new Map([
      ["stop@1", "by-hand"],
      ["copy@1", "by-hand"],
    ] as const);
    await bench.undo({ runbook, flags: { ...YES, decide } });
    expect([...taken.counts.keys()]).toEqual(["copy-B", "stop-B", "make"]);
  });
});

/** make, then a list and a flag are read; move goes over the list, either goes by the flag; then make is taken away. */
function relisted(): Replaced {
  const world = new FakeWorld();
  const taken = new TakenBack();
  world.readings.set("list", ["a", "b"]);
  world.readings.set("flag", "x");
  const moving = { forEach: { text: "steps.list.value" }, with: { key: "move.${{ item }}" } };
  const when = (flag: string) => ({ when: { text: `steps.flag.value == "${flag}"` }, with: { key: `only-${flag}` } });
  const runbook = runbookOf([
    step("make", { action: reversible(world, taken, "create"), with: { key: "make" } }),
    step("list", { action: reading(world), with: { key: "list" } }),
    step("flag", { action: reading(world), with: { key: "flag" } }),
    step("move", { action: reversible(world, taken, "destroy"), ...moving }),
    step("x", { action: reversible(world, taken, "destroy"), ...when("x") }),
    step("y", { action: reversible(world, taken, "destroy"), ...when("y") }),
    step("late", { action: reversible(world, taken, "create"), with: { key: "late" } }),
  ]);
  world.onEffect = (key) => {
    if (key === "late" && !world.unproven.has("late")) {
      world.effects.delete("make");
      world.unproven.add("late");
    } else if (key === "make" && world.unproven.has("late")) {
      world.readings.set("list", ["b", "c"]);
      world.readings.set("flag", "y");
      world.onEffect = () => undefined;
      world.unproven.clear();
    }
  };
  return { world, taken, runbook };
}

describe("lists and conditions behind what is done again", () => {
  it("are looked at again", async () => {
    const { world, runbook } = relisted();
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, answers: AGAIN })).toMatchObject({ exitCode: 0 });
    expect(did(world)).toEqual([
      ...["do make", "do move.a", "do move.b", "do only-x", "do late"],
      ...["do make", "do move.c", "do only-y"],
    ]);
    expect(bench.state.items.get("move")).toEqual(["b", "c"]);
    expect(bench.state.units.get("x")).toMatchObject({ kind: "skipped", input: { key: "only-x" } });
  });

  it("leave what was done by the old ones to be taken back by an undo", async () => {
    const { world, taken, runbook } = relisted();
    const bench = new Bench();
    await bench.run({ runbook, flags: YES, answers: AGAIN });
    expect((await bench.undo({ runbook, flags: YES })).outcome).toBe("undone");
    expect(world.snapshot).toEqual({ effects: {}, halves: [] });
    expect([...taken.counts.keys()]).toEqual(["late", "only-y", "only-x", "move.c", "move.b", "move.a", "make"]);
  });
});

describe("a process that is killed while steps are opened anew", () => {
  it.each([
    ["after what was made was replaced", () => replaced("copy")],
    ["after lists and conditions have changed", relisted],
    ["after a stop was undone", undoneStop],
  ])("leaves a run that ends in the same world: %s", async (_name, scene) => {
    const whole = scene();
    const bench = new Bench();
    await bench.run({ runbook: whole.runbook, flags: YES, answers: AGAIN });
    const opened = bench.journal.entries.flatMap(({ type }, index) => (type === "step-undone" ? [index + 1] : []));
    expect(opened.length).toBeGreaterThan(1);
    for (const at of opened.flatMap((each) => [each - 1, each])) {
      const { world, runbook } = scene();
      const inner = emptyJournal();
      await new Bench(new KillingJournal(inner, { at, how: "after" })).run({ runbook, flags: YES, answers: AGAIN });
      const resumed = await new Bench(inner).resume({ runbook, flags: YES, answers: AGAIN });
      expect([at, resumed.exitCode, world.snapshot]).toEqual([at, 0, whole.world.snapshot]);
    }
  });
});
