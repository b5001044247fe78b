/** The way back of a run: last step first, journaled, killed and carried on, and the end of the run. */
import { describe, expect, it } from "vitest";
import { requireDecidableBack } from "../../src/cli/session/given-decisions.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import { type Entry, endOf } from "../../src/engine/journal/entry.ts";
import { shapeEntry } from "../../src/engine/journal/entry-shape.ts";
import { replay } from "../../src/engine/state/replay.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { type KillPoint, KillingJournal } from "./killing-journal.ts";
import { lasting, reversible, TakenBack } from "./reversible.ts";

interface Scene {
  readonly world: FakeWorld;
  readonly taken: TakenBack;
  readonly runbook: Runbook;
}

function scene(): Scene {
  const world = new FakeWorld();
  const taken = new TakenBack();
  const back = (effect: "create" | "disrupt" | "destroy") => reversible(world, taken, effect);
  const runbook = runbookOf([
    step("look", { action: reading(world), with: { key: "look" } }),
    step("make", { action: back("create"), with: { key: "make" } }),
    step("review", { action: reviewing(world) }),
    step("stop", { action: back("disrupt"), with: { key: "stop" } }),
    step("move", { action: back("destroy"), forEach: { text: '["a", "b"]' }, with: { key: "move.${{ item }}" } }),
    step("tell", { action: lasting(world), with: { key: "tell" } }),
    step("never", { action: back("create"), when: { text: "false" }, with: { key: "never" } }),
  ]);
  return { world, taken, runbook };
}

const backCalls = ({ world }: Scene): string[] => world.calls.filter((call) => call.startsWith("back "));

describe("undo of a run", () => {
  it("takes every step back that changed something, last first, and ends the run as undone", async () => {
    const it = scene();
    const bench = new Bench();
    expect((await bench.run({ runbook: it.runbook, flags: YES })).outcome).toBe("succeeded");
    const result = await bench.undo({ runbook: it.runbook, flags: YES });
    expect([result.outcome, result.exitCode, result.error]).toEqual(["undone", 0, undefined]);
    expect(backCalls(it)).toEqual(["back move.b", "back move.a", "back stop", "back make"]);
    expect(it.world.snapshot).toEqual({ effects: { tell: 1 }, halves: [] });
    expect(endOf(bench.journal.entries)?.outcome).toBe("undone");
    const undone = bench.journal.entries.flatMap((entry) => (entry.type === "step-undone" ? [entry] : []));
    expect(undone.map((entry) => [entry.step, entry.evidence])).toEqual([
      ["tell", "what it did stays"],
      ["move", "move.b: done"],
      ["move", "move.a: done"],
      ["stop", "stop: done"],
      ["make", "make: done"],
    ]);
    expect(bench.state.units.get("stop")?.kind).toBe("undone");
    expect(bench.locks.held).toEqual([]);
  });

  it("is headed as its dry run is, and tells a step that leaves nothing to take back from the others", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    const before = bench.events.length;
    await bench.undo({ runbook: it.runbook, flags: YES });
    const [head, ...rest] = bench.events.slice(before);
    expect(head).toMatchObject({ type: "run-began", title: "Undo: A fake runbook", dryRun: false, resumed: true });
    expect(head?.type === "run-began" ? head.steps.map(({ id }) => id) : []).toEqual([
      "tell",
      "move",
      "move",
      "stop",
      "make",
    ]);
    const ended = rest.flatMap((event) => (event.type === "step-ended" ? [[event.step, event.how]] : []));
    expect(ended).toEqual([["tell", "left"], ...["move", "move", "stop", "make"].map((id) => [id, undefined])]);
  });

  it("begins each way back with its durable intent (E2), and passes over what never happened (E3)", async () => {
    const it = scene();
    const bench = new Bench();
    it.world.weather.set("stop", ["lost-before"]);
    const flags = { ...YES, patienceMs: 0 };
    expect((await bench.run({ runbook: it.runbook, flags })).exitCode).toBe(15);
    const before = bench.journal.entries.length;
    expect((await bench.undo({ runbook: it.runbook, flags })).outcome).toBe("undone");
    const trail = bench.journal.entries.slice(before).flatMap((entry) => {
      if (!entry.type.startsWith("step-") || !("step" in entry)) return [];
      return [`${entry.type}${"back" in entry ? " back" : ""} ${entry.step ?? ""}`];
    });
    expect(trail).toEqual(["step-undone stop", "step-started back make", "step-undone make"]);
    expect(backCalls(it)).toEqual(["back make"]);
  });

  it("is asked for once, with the target and the cost of each step, and begins nothing without it", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    const silent = await bench.undo({ runbook: it.runbook, flags: { yes: true } });
    expect([silent.exitCode, silent.error?.code]).toEqual([13, "question-unanswered"]);
    const question = bench.operator.asked.at(-1);
    // Whether anything is moved aside is each way back's to say: an own one may delete.
    expect(question).toMatchObject({
      kind: "typed",
      expected: "ORG/SPACE/db",
      why: expect.not.stringContaining("aside"),
    });
    expect(question).toHaveProperty("details", [
      "taken back, last step first:",
      "  move[b] (destroy): it is as if it had never been",
      "  move[a] (destroy): it is as if it had never been",
      "  stop (disrupt): it is as if it had never been",
      "  make (create): it is as if it had never been",
      "not taken back:",
      "  tell: what it did stays",
    ]);
    expect(question?.commands?.map(({ step, commands }) => [step, commands.map(({ line }) => line)])).toEqual([
      ["move[b]", ["fake back move.b"]],
      ["move[a]", ["fake back move.a"]],
      ["stop", ["fake back stop"]],
      ["make", ["fake back make"]],
    ]);
    expect(backCalls(it)).toEqual([]);
    const mistyped = await bench.undo({ runbook: it.runbook, answers: { "consent-undo": "other" } });
    expect(mistyped.error?.code).toBe("confirm-mismatch");
    // Nothing was taken back: the run can still go forward to the end that it had.
    expect((await bench.resume({ runbook: it.runbook, flags: YES })).outcome).toBe("succeeded");
    expect(it.world.snapshot.effects).toMatchObject({ make: 1, stop: 1, tell: 1 });
  });

  it("asks y/n if only what the run made is taken away", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: { yes: true } });
    expect(it.world.snapshot.effects).toEqual({ make: 1 });
    const result = await bench.undo({ runbook: it.runbook, flags: { yes: true } });
    expect([result.outcome, it.world.snapshot.effects]).toEqual(["undone", {}]);
  });

  it("does not go forward again once a way back was begun (E1): resume walks back as well", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    it.world.guarded.add("stop");
    const refused = await bench.undo({ runbook: it.runbook, flags: YES });
    expect([refused.exitCode, refused.error?.code]).toEqual([16, "guard-refused"]);
    expect(bench.events.at(-1)).toMatchObject({ resumeWith: `dingo-recover undo ${bench.journal.run}` });
    it.world.guarded.clear();
    // No flag: the approval of the same commands holds.
    const result = await bench.resume({ runbook: it.runbook });
    expect([result.outcome, it.world.snapshot.effects]).toEqual(["undone", { tell: 1 }]);
  });

  it("of a run that was undone is refused, and so is its resume", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    await bench.undo({ runbook: it.runbook, flags: YES });
    for (const again of [bench.undo({ runbook: it.runbook }), bench.resume({ runbook: it.runbook })])
      expect((await again).error?.code).toBe("run-ended");
  });

  it("refuses before anything is changed if a step has no way back, unless a person says it is undone by hand", async () => {
    const world = new FakeWorld();
    const taken = new TakenBack();
    const runbook = runbookOf([
      step("make", { action: reversible(world, taken, "create"), with: { key: "make" } }),
      step("final", { action: changing(world, "destroy"), with: { key: "final" } }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, flags: YES });
    const entries = bench.journal.entries.length;
    const refused = await bench.undo({ runbook, flags: YES });
    expect([refused.exitCode, refused.error?.message]).toEqual([16, "there is no way back by the tool from: final"]);
    // It is not on its way back, and there is nothing to resume.
    expect(bench.journal.entries.length).toBe(entries);
    expect(bench.state.undoAsked).toBe(false);
    expect(Object.keys(bench.events.at(-1) ?? {})).not.toContain("resumeWith");
    expect(taken.counts.size).toBe(0);
    const flags = { ...YES, decide: new Map([["final", "by-hand"]] as const) };
    expect((await bench.undo({ runbook, flags })).outcome).toBe("undone");
    expect([...taken.counts]).toEqual([["make", 1]]);
  });

  it.each([
    ["offered where each step has a way back", "make", true],
    ["not offered where one step has none", "final", false],
    ["not offered where each step leaves what it did", "tell", false],
  ])("is %s, when a run stops", async (_what, id, isOffered) => {
    const world = new FakeWorld();
    const actions = {
      make: reversible(world, new TakenBack(), "create"),
      final: changing(world, "create"),
      tell: lasting(world),
    };
    const runbook = runbookOf([
      step(id, { action: actions[id as keyof typeof actions], with: { key: id } }),
      step("look", { action: reading(world), with: { key: "look" }, assert: { text: "false" } }),
    ]);
    const bench = new Bench();
    const stopped = await bench.run({ runbook, flags: YES });
    expect(stopped.outcome).toBe("failed");
    const undoWith = `dingo-recover undo ${stopped.run}`;
    expect(bench.events.at(-1)).toMatchObject({ type: "run-ended", ...(isOffered ? { undoWith } : {}) });
    expect("undoWith" in (bench.events.at(-1) ?? {})).toBe(isOffered);
  });

  it("takes the decision that it names also if a question about that very step was open", async () => {
    const world = new FakeWorld();
    world.weather.set("late", ["refused"]);
    const runbook = runbookOf([
      step("final", { action: changing(world, "destroy"), with: { key: "final" } }),
      step("late", { action: reversible(world, new TakenBack(), "create"), with: { key: "late" } }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, flags: YES });
    world.effects.delete("final");
    expect((await bench.resume({ runbook, flags: YES })).error?.remedy).toContain("--decide 'final=again'");
    const refused = await bench.undo({ runbook, flags: YES });
    expect(refused.error?.remedy).toContain("--decide 'final=by-hand'");
    const decide = new Map([["final", "by-hand"]] as const);
    requireDecidableBack(decide, runbook, bench.state);
    expect((await bench.undo({ runbook, flags: { ...YES, decide } })).outcome).toBe("undone");
  });

  it("waits for a lost network and takes nothing back twice", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    it.world.weather.set("back stop", ["lost-before", "lost-after"]);
    it.world.weather.set("back move.a", ["lost-after"]);
    expect((await bench.undo({ runbook: it.runbook, flags: YES })).outcome).toBe("undone");
    expect(Object.fromEntries(it.taken.counts)).toEqual({ make: 1, stop: 1, "move.a": 1, "move.b": 1 });
  });
});

describe("a way back in doubt", () => {
  it("stops with 14, and each decision is journaled", async () => {
    for (const [decision, effects] of [
      ["adopt", { tell: 1, stop: 1 }],
      ["redo", { tell: 1 }],
    ] as const) {
      const it = scene();
      const bench = new Bench();
      await bench.run({ runbook: it.runbook, flags: YES });
      it.taken.opaque.add("stop");
      const stopped = await bench.undo({ runbook: it.runbook, flags: YES });
      expect([stopped.exitCode, stopped.outcome]).toEqual([14, "in-doubt"]);
      it.world.onEffect = () => undefined;
      const flags = { ...YES, decide: new Map([["stop", decision]]) };
      const tried = await bench.undo({ runbook: it.runbook, flags });
      // A step that was taken back without sight is still not seen: the second doubt wants a second decision.
      if (decision === "redo") {
        expect(tried.exitCode).toBe(14);
        expect(
          (await bench.undo({ runbook: it.runbook, flags: { decide: new Map([["stop", "adopt"]]) } })).exitCode,
        ).toBe(0);
      } else expect(tried.outcome).toBe("undone");
      expect(it.world.snapshot.effects).toEqual(effects);
      expect(bench.journal.entries.some((entry) => entry.type === "decided" && entry.decision === decision)).toBe(true);
    }
  });

  it("believes in a way back by hand only when the probe says so", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    it.taken.opaque.add("stop");
    await bench.undo({ runbook: it.runbook, flags: YES });
    const flags = { decide: new Map([["stop", "by-hand"]] as const) };
    expect((await bench.undo({ runbook: it.runbook, flags })).exitCode).toBe(14);
    it.taken.opaque.clear();
    it.world.effects.delete("stop");
    expect((await bench.undo({ runbook: it.runbook, flags })).outcome).toBe("undone");
    expect(it.taken.counts.has("stop")).toBe(false);
  });
});

describe("a way back that was decided, and killed before it was gone", () => {
  async function decided(why: string, back: { readonly back?: true }): Promise<{ bench: Bench; it: Scene }> {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    it.taken.opaque.add("stop");
    expect((await bench.undo({ runbook: it.runbook, flags: YES })).exitCode).toBe(14);
    const choice = { type: "decided", step: "stop", decision: "adopt", by: "operator", why, ...back } as const;
    await bench.journal.append(choice);
    return { bench, it };
  }

  it("goes on by the decision while the world shows what it was made on", async () => {
    const { bench, it } = await decided("nobody sees stop", { back: true });
    expect((await bench.undo({ runbook: it.runbook, flags: YES })).outcome).toBe("undone");
    expect(bench.operator.asked).toEqual([]);
  });

  it("is asked about anew if the world shows something else, or the decision was one about going on", async () => {
    for (const [why, back] of [
      ["something else was seen", { back: true }],
      ["nobody sees stop", {}],
    ] as const) {
      const { bench, it } = await decided(why, back);
      expect((await bench.undo({ runbook: it.runbook, flags: YES })).exitCode).toBe(14);
      expect(bench.operator.asked.map(({ id }) => id)).toEqual(["decision-back"]);
    }
  });

  it("says what taking it back all the same would do, and has its commands at hand", async () => {
    const { bench, it } = await decided("something else was seen", { back: true });
    await bench.undo({ runbook: it.runbook, flags: YES });
    expect(bench.operator.asked[0]).toMatchObject({
      commands: [{ step: "stop", commands: [{ line: "fake back stop" }] }],
      choices: expect.arrayContaining([
        expect.objectContaining({ value: "redo", consequence: expect.stringContaining("disruption happens twice") }),
      ]) as unknown,
    });
  });
});

describe("a step in doubt on the way forward", () => {
  it("is taken back if somebody decides so, and begins anew", async () => {
    const it = scene();
    const bench = new Bench();
    it.world.weather.set("stop", ["half"]);
    it.world.opaque.add("stop");
    expect((await bench.run({ runbook: it.runbook, flags: YES })).exitCode).toBe(14);
    const flags = { ...YES, decide: new Map([["stop", "undo"]] as const) };
    it.world.onEffect = () => it.world.opaque.clear();
    const result = await bench.resume({ runbook: it.runbook, flags });
    expect(result.outcome).toBe("succeeded");
    expect(Object.fromEntries(it.taken.counts)).toEqual({ stop: 1 });
    expect(it.world.snapshot).toMatchObject({ effects: { stop: 1 }, halves: [] });
    expect(bench.state.back).toBe(false);
  });
});

describe("the journal of an undo", () => {
  it("is read by a release that does not know its field: steps are undone, and the run has ended so", async () => {
    const it = scene();
    const bench = new Bench();
    await bench.run({ runbook: it.runbook, flags: YES });
    it.taken.opaque.add("stop");
    await bench.undo({ runbook: it.runbook, flags: YES });
    await bench.undo({ runbook: it.runbook, flags: { decide: new Map([["stop", "adopt"]]) } });
    const older = bench.journal.entries.map((entry) => ({ ...entry, back: undefined }) as unknown as Entry);
    for (const entry of bench.journal.entries) expect(shapeEntry(entry).ok).toBe(true);
    const state = replay(older);
    expect(state.phase).toEqual({ kind: "ended", outcome: "undone" });
    expect([...state.units].map(([name, { kind }]) => `${name} ${kind}`)).toEqual([
      "look succeeded",
      "make undone",
      "review succeeded",
      "stop undone",
      "move[a] undone",
      "move[b] undone",
      "tell undone",
      "never skipped",
    ]);
  });
});

describe("an undo that is killed", () => {
  const HOWS = ["before", "torn", "after"] as const;
  const DEPTHS = ["make", "stop", "move", undefined] as const;

  /** A run that stops in front of the step after `depth`, then an undo that is killed at each point. */
  async function undone(
    depth: (typeof DEPTHS)[number],
    kill?: KillPoint,
  ): Promise<{ readonly length: number; readonly it: Scene }> {
    const it = scene();
    const inner = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
    const after = depth === undefined ? undefined : { make: "stop", stop: "move.a", move: "tell" }[depth];
    if (after !== undefined) it.world.guarded.add(after);
    await new Bench(inner).run({ runbook: it.runbook, flags: YES });
    it.world.guarded.clear();
    const journal = new KillingJournal(inner, kill);
    let atDeath: number | undefined;
    journal.onDeath = () => (atDeath = it.world.calls.length);
    await new Bench(journal).undo({ runbook: it.runbook, flags: YES });
    expect(it.world.calls.length).toBe(atDeath ?? it.world.calls.length);
    for (let left = 5; left > 0 && endOf(inner.entries)?.outcome !== "undone"; left -= 1)
      await new Bench(inner).undo({ runbook: it.runbook, flags: YES });
    expect(endOf(inner.entries)?.outcome).toBe("undone");
    return { length: inner.entries.length, it };
  }

  it.each(DEPTHS)(
    "at any append after %s ends in the world as it was before, nothing taken back twice",
    async (depth) => {
      const { length, it: whole } = await undone(depth);
      const expected = { snapshot: whole.world.snapshot, counts: Object.fromEntries(whole.taken.counts) };
      for (let at = 1; at <= length; at += 1)
        for (const how of HOWS) {
          const { it } = await undone(depth, { at, how });
          expect({ snapshot: it.world.snapshot, counts: Object.fromEntries(it.taken.counts) }, `${how} ${at}`).toEqual(
            expected,
          );
        }
    },
  );
});
