/**
 * `--decide STEP=VALUE` for the choice at which a run stopped: a person's choice, by somebody who has seen the
 * question.
 */
import { z } from "zod";
import { describe, expect, it } from "vitest";
import { type Action, type AnyAction, defineAction, type JsonObject } from "../../src/action.ts";
import type { RunFlags, RunResult } from "../../src/engine/state/options.ts";
import { replay } from "../../src/engine/state/replay.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import type { ChoiceQuestion } from "../../src/ports/operator.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { KillingJournal } from "./killing-journal.ts";

const deciding = (...given: readonly (readonly [unit: string, value: string])[]): Partial<RunFlags> => ({
  ...YES,
  decide: new Map(given),
});
const did = (world: FakeWorld): readonly string[] => world.calls.filter((call) => call.startsWith("do "));
const emptyJournal = (): MemoryJournal => new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
const notesOf = ({ events }: Bench): readonly string[] =>
  events.flatMap((event) => (event.type === "note" ? [event.message] : []));

interface Scene {
  readonly world: FakeWorld;
  readonly runbook: Runbook;
}

/** stop, copy, start; while copy is at work somebody undoes the stop, and so the guard of `data` refuses. */
function startedMeanwhile(): Scene {
  const world = new FakeWorld();
  const runbook = runbookOf([
    step("hold", { action: changing(world, "disrupt"), with: { key: "hold" } }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("copy", { action: changing(world, "create"), with: { key: "copy" } }),
    step("data", { action: changing(world, "destroy"), with: { key: "data" } }),
  ]);
  world.onEffect = (key) => {
    if (key === "copy" && !world.guarded.has("data")) {
      world.effects.delete("stop");
      world.guarded.add("data");
    } else if (key === "stop" && world.guarded.has("data")) {
      world.guarded.clear();
      world.onEffect = () => undefined;
    }
  };
  return { world, runbook };
}

/** look, make, late, which was refused; then make's object is gone. */
async function drifted(): Promise<Scene & { readonly bench: Bench }> {
  const world = new FakeWorld();
  world.readings.set("size", 7);
  world.weather.set("late", ["refused"]);
  const runbook = runbookOf([
    step("look", { action: reading(world), with: { key: "size" } }),
    step("make", { action: changing(world, "create"), with: { key: "db" } }),
    step("middle", { action: changing(world, "create"), with: { key: "middle" } }),
    step("late", { action: changing(world, "create"), with: { key: "late" } }),
  ]);
  const bench = new Bench();
  await bench.run({ runbook, flags: YES });
  world.effects.delete("db");
  return { world, runbook, bench };
}

describe("a run that a guard stopped because an earlier fact was gone", () => {
  it("is gone on with by a flag: from that step on all is done again", async () => {
    const { world, runbook } = startedMeanwhile();
    const bench = new Bench();
    const refused = await bench.run({ runbook, flags: YES });
    expect(refused).toMatchObject({ exitCode: 16, error: { code: "guard-refused" } });
    expect(refused.error?.remedy).toContain(
      "\"dingo-recover resume 20261121-020000-test --decide 'stop=again'\". Continue at a terminal",
    );
    const done = await bench.resume({ runbook, flags: deciding(["stop", "again"]) });
    expect(done).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toEqual([]);
    expect(did(world)).toEqual(["do hold", "do stop", "do copy", "do stop", "do data"]);
    expect(bench.journal.entries.filter(({ type }) => type === "answered")).toMatchObject([
      { step: "stop", value: "again", by: "flag", operator: "op" },
    ]);
    expect(notesOf(bench).filter((note) => note.startsWith("--decide"))).toEqual([]);
  });

  it("is not decided by a flag whose giver could not have seen it", async () => {
    const { world, runbook } = startedMeanwhile();
    const bench = new Bench();
    const blind = await bench.run({ runbook, flags: deciding(["stop", "again"]) });
    expect(blind).toMatchObject({ exitCode: 16 });
    expect(did(world)).toEqual(["do hold", "do stop", "do copy"]);
    expect(notesOf(bench)).toContain("--decide stop=again decided nothing: that question did not come");
  });

  it("is decided once: if the same is gone again later in that process, somebody has to look", async () => {
    const { world, runbook } = startedMeanwhile();
    const bench = new Bench();
    await bench.run({ runbook, flags: YES });
    const undo = (key: string): void => {
      if (key === "stop") world.onEffect = (next) => next === "copy" && world.effects.delete("stop");
    };
    world.onEffect = undo;
    world.unproven.add("copy");
    const again = await bench.resume({ runbook, flags: deciding(["stop", "again"]) });
    expect(again).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
    expect(did(world).filter((call) => call === "do stop")).toHaveLength(2);
  });
});

describe("facts that no longer hold on resume", () => {
  it("stop a run with 13 and name the decision; with it the run goes on", async () => {
    const { world, runbook, bench } = await drifted();
    const stopped = await bench.resume({ runbook, flags: YES });
    expect(stopped).toMatchObject({ exitCode: 13, error: { code: "question-unanswered", place: "step make" } });
    expect(stopped.error?.remedy).toBe(
      'Decide with "dingo-recover resume 20261121-020000-test --decide \'make=again\'" (or go-on). Continue at a terminal with "dingo-recover resume 20261121-020000-test".',
    );
    expect(bench.journal.entries.findLast(({ type }) => type === "asked")).toMatchObject({
      step: "make",
      choices: ["stop", "go-on", "again"],
      byPerson: [],
    });
    expect(await bench.resume({ runbook, flags: deciding(["make", "again"]) })).toMatchObject({ exitCode: 0 });
    expect(did(world).filter((call) => call === "do db")).toHaveLength(2);
  });

  it("are done again from there on, also if more of that has gone since", async () => {
    const { world, runbook, bench } = await drifted();
    await bench.resume({ runbook, flags: YES });
    world.effects.delete("middle");
    expect(await bench.resume({ runbook, flags: deciding(["make", "again"]) })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot.effects).toEqual({ db: 1, middle: 1, late: 1 });
  });

  it("are another question if something before them has changed too", async () => {
    const { world, runbook, bench } = await drifted();
    await bench.resume({ runbook, flags: YES });
    world.readings.set("size", 8);
    const asked = await bench.resume({ runbook, flags: deciding(["make", "again"]) });
    expect(asked).toMatchObject({ exitCode: 13 });
    expect(did(world).filter((call) => call === "do db")).toHaveLength(1);
    // An operator who gives the decision once more has seen that.
    expect(await bench.resume({ runbook, flags: deciding(["make", "again"]) })).toMatchObject({ exitCode: 0 });
  });

  it("are another question if it was one about another step that was seen", async () => {
    const { world, runbook, bench } = await drifted();
    world.effects.set("db", 1);
    world.effects.delete("middle");
    expect((await bench.resume({ runbook, flags: YES })).error?.remedy).toContain("--decide 'middle=again'");
    world.effects.delete("db");
    expect(await bench.resume({ runbook, flags: deciding(["make", "again"]) })).toMatchObject({ exitCode: 13 });
    expect(did(world).filter((call) => call === "do db")).toHaveLength(1);
  });

  it("are gone on over only while they are exactly those that were seen", async () => {
    const one = await drifted();
    await one.bench.resume({ runbook: one.runbook, flags: YES });
    const gone = await one.bench.resume({ runbook: one.runbook, flags: deciding(["make", "go-on"]) });
    expect(gone).toMatchObject({ exitCode: 0 });
    expect(did(one.world).filter((call) => call === "do db")).toHaveLength(1);
    const two = await drifted();
    await two.bench.resume({ runbook: two.runbook, flags: YES });
    two.world.effects.delete("middle");
    expect(await two.bench.resume({ runbook: two.runbook, flags: deciding(["make", "go-on"]) })).toMatchObject({
      exitCode: 13,
    });
  });

  it("are not decided by a value that is no choice, nor by one about another step", async () => {
    const { runbook, bench } = await drifted();
    await bench.resume({ runbook, flags: YES });
    for (const given of [
      ["make", "redo"],
      ["middle", "again"],
      ["late", "again"],
    ] as const) {
      expect(await bench.resume({ runbook, flags: deciding(given) })).toMatchObject({ exitCode: 13 });
      expect(notesOf(bench).at(-1)).toBe(`--decide ${given.join("=")} decided nothing: that question did not come`);
    }
  });

  it("that hold again ask nobody, and the flag is said to have decided nothing", async () => {
    const { world, runbook, bench } = await drifted();
    await bench.resume({ runbook, flags: YES });
    world.effects.set("db", 1);
    expect(await bench.resume({ runbook, flags: deciding(["make", "again"]) })).toMatchObject({ exitCode: 0 });
    expect(did(world).filter((call) => call === "do db")).toHaveLength(1);
    expect(notesOf(bench)).toContain("--decide make=again decided nothing: that question did not come");
  });
});

describe("an item whose key holds a quote", () => {
  it("is named as a shell reads it", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const runbook = runbookOf([
      step("bind", {
        action: changing(world, "create"),
        forEach: { text: '["it\'s"]' },
        with: { key: "app-${{ item }}" },
      }),
      step("late", { action: changing(world, "create"), with: { key: "late" } }),
    ]);
    world.weather.set("late", ["refused"]);
    await bench.run({ runbook, flags: YES });
    world.effects.clear();
    const stopped = await bench.resume({ runbook, flags: YES });
    expect(stopped.error?.remedy).toContain(`--decide 'bind[it'\\''s]=again'"`);
    const done = await bench.resume({ runbook, flags: deciding(["bind[it's]", "again"]) });
    expect(done).toMatchObject({ exitCode: 0 });
  });
});

describe("a process that is killed with a decision", () => {
  it("leaves a run that the same call brings to the same end, wherever it died", async () => {
    const whole = startedMeanwhile();
    const stopped = emptyJournal();
    await new Bench(stopped).run({ runbook: whole.runbook, flags: YES });
    const before = stopped.entries.length;
    await new Bench(stopped).resume({ runbook: whole.runbook, flags: deciding(["stop", "again"]) });
    for (let at = before + 1; at <= stopped.entries.length; at += 1)
      for (const how of ["before", "torn", "after"] as const) {
        const { world, runbook } = startedMeanwhile();
        const journal = emptyJournal();
        await new Bench(journal).run({ runbook, flags: YES });
        const again = (inner: Journal): Promise<RunResult> =>
          new Bench(inner).resume({ runbook, flags: deciding(["stop", "again"]) });
        await again(new KillingJournal(journal, { at, how }));
        const ended = replay(journal.entries).phase.kind === "ended";
        const last = ended ? { exitCode: 0 } : await again(journal);
        expect([at, how, last.exitCode, world.snapshot]).toEqual([at, how, 0, whole.world.snapshot]);
      }
  });
});

interface Answers {
  value: string;
}

/** A read that asks the question that `question` gives at that moment, and hands the answer on. */
function asking(question: () => ChoiceQuestion): AnyAction {
  const action: Action<JsonObject, Answers> = {
    id: "fake.choose",
    title: "Choose",
    effect: "read",
    input: z.object({}) as unknown as z.ZodType<JsonObject>,
    output: z.object({ value: z.string() }),
    describe: () => [],
    run: async (context) => ({ value: (await context.ask(question())).value }),
    verify: async () => ({ holds: true, evidence: "asked once" }),
  };
  return defineAction(action);
}

const QUESTION: ChoiceQuestion = {
  kind: "choice",
  id: "way",
  prompt: "Which way?",
  why: "There are several.",
  choices: [
    { value: "left", label: "left", consequence: "it is longer" },
    { value: "right", label: "right", consequence: "it is steep" },
    { value: "over", label: "over", consequence: "it is somebody's", byPerson: true },
  ],
  recommended: "right",
};

describe("a choice that a step asks for", () => {
  function crossing(shown: { question: ChoiceQuestion }): { readonly bench: Bench; readonly runbook: Runbook } {
    const runbook = runbookOf([step("cross", { action: asking(() => shown.question) })]);
    return { bench: new Bench(), runbook };
  }

  it("is named with its choices, the recommended one first, and decided by a flag", async () => {
    const { bench, runbook } = crossing({ question: QUESTION });
    const stopped = await bench.run({ runbook, flags: YES });
    expect(stopped).toMatchObject({ exitCode: 13 });
    expect(stopped.error?.remedy).toContain("--decide 'cross=right'\" (or left).");
    expect(replay(bench.journal.entries).openQuestion).toMatchObject({
      unit: "cross",
      choices: ["left", "right"],
      byPerson: ["over"],
    });
    expect(await bench.resume({ runbook, flags: deciding(["cross", "left"]) })).toMatchObject({ exitCode: 0 });
    expect(bench.state.units.get("cross")).toMatchObject({ output: { value: "left" } });
    expect(bench.journal.entries.findLast(({ type }) => type === "answered")).toMatchObject({
      step: "cross",
      question: "way",
      value: "left",
      by: "flag",
      operator: "op",
    });
    expect(replay(bench.journal.entries).openQuestion).toBeUndefined();
  });

  it("is asked anew if it shows something else than its giver has seen", async () => {
    const shown = { question: QUESTION };
    const { bench, runbook } = crossing(shown);
    await bench.run({ runbook, flags: YES });
    shown.question = { ...QUESTION, details: ["a wolf was seen on the left"] };
    expect(await bench.resume({ runbook, flags: deciding(["cross", "left"]) })).toMatchObject({ exitCode: 13 });
    expect(await bench.resume({ runbook, flags: deciding(["cross", "left"]) })).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ["what a person alone chooses", QUESTION, "over"],
    ["a question without a recommended answer", withoutAdvice(QUESTION), "left"],
  ])("is not decided by a flag: %s", async (_what, question, value) => {
    const { bench, runbook } = crossing({ question });
    const first = await bench.run({ runbook, flags: YES });
    expect(first.error?.remedy).not.toMatch(new RegExp(`[= ]${value}\\b`, "u"));
    for (let times = 0; times < 2; times += 1)
      expect(await bench.resume({ runbook, flags: deciding(["cross", value]) })).toMatchObject({ exitCode: 13 });
    expect(bench.journal.entries.some(({ type }) => type === "answered")).toBe(false);
  });

  it("is not decided on its first day: nobody has seen it yet", async () => {
    const { bench, runbook } = crossing({ question: QUESTION });
    expect(await bench.run({ runbook, flags: deciding(["cross", "left"]) })).toMatchObject({ exitCode: 13 });
  });
});

function withoutAdvice({ recommended: _, ...question }: ChoiceQuestion): ChoiceQuestion {
  return question;
}
