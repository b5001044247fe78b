import { describe, expect, it } from "vitest";
import type { AnyAction } from "../../src/action.ts";
import type { Runbook, Step } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step } from "./fixture.ts";
import { lasting, reversible, TakenBack } from "./reversible.ts";

const TARGET = "ORG/SPACE/db";

/** review, then stop, create and swap: one window. */
function windowed(world: FakeWorld, more: Partial<Runbook> = {}): Runbook {
  const steps: readonly Step[] = [
    step("review", { action: reviewing(world) }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("add", { action: changing(world, "create"), with: { key: "add" } }),
    step("swap", { action: changing(world, "destroy"), with: { key: "${{ steps.add.made }}-swap" } }),
  ];
  return runbookOf(steps, more);
}

const NO_WAY_BACK = "  undo: there is no way back from here by the tool";

describe("consent to create", () => {
  const runbook = (world: FakeWorld): Runbook =>
    runbookOf([step("make", { action: changing(world, "create"), with: { key: "db" } })]);

  it("is a y/n question that shows the commands", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    expect(await bench.run({ runbook: runbook(world), answers: { consent: "yes" } })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toMatchObject([{ kind: "confirm", details: ["here$ fake create db", NO_WAY_BACK] }]);
  });

  it("that is not given stops the run with 13 and changes nothing", async () => {
    for (const answers of [{ consent: "no" }, { consent: "" }]) {
      const world = new FakeWorld();
      const result = await new Bench().run({ runbook: runbook(world), answers });
      expect(result).toMatchObject({ exitCode: 13, outcome: "stopped", error: { code: "stopped-by-operator" } });
      expect(world.effects.size).toBe(0);
    }
  });

  it("without anybody to ask ends with 13 and names --yes", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const result = await bench.run({ runbook: runbook(world) });
    expect(result).toMatchObject({ exitCode: 13, outcome: "stopped", error: { code: "question-unanswered" } });
    expect(result.error?.remedy).toContain("--yes");
    expect(bench.events.some((event) => event.type === "question")).toBe(true);
    expect(world.effects.size).toBe(0);
  });

  it("is not given by --confirm, nor consent to destroy by --yes", async () => {
    const world = new FakeWorld();
    expect(await new Bench().run({ runbook: runbook(world), flags: { confirm: TARGET } })).toMatchObject({
      exitCode: 13,
    });
    const other = await new Bench().run({ runbook: windowed(world), flags: { yes: true } });
    expect(other).toMatchObject({ exitCode: 13, error: { remedy: expect.stringContaining(`--confirm "${TARGET}"`) } });
    expect(world.effects.size).toBe(0);
  });
});

describe("consent to what disrupts or destroys", () => {
  it("shows the commands and the way back of each step on the first screen, if no review has shown what changes", async () => {
    const bench = new Bench();
    const stop = step("stop", { action: changing(new FakeWorld(), "disrupt"), with: { key: "db" } });
    await bench.run({ runbook: runbookOf([stop]), answers: { consent: TARGET } });
    expect(bench.operator.asked).toMatchObject([
      {
        details: [
          expect.stringContaining("(disrupt)"),
          "here$ fake disrupt db",
          NO_WAY_BACK,
          'points of no return: "Step stop"',
        ],
      },
    ]);
  });

  it("is asked once for the window, with the review and every covered step, and covers creation in it", async () => {
    const world = new FakeWorld();
    world.readings.set("loss", "5 minutes");
    const bench = new Bench();
    expect(await bench.run({ runbook: windowed(world), answers: { consent: TARGET } })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toMatchObject([
      {
        kind: "typed",
        expected: TARGET,
        prompt: `Step stop; Step add; Step swap: go on with ${TARGET}?`,
        why: "From here on things are stopped, moved or replaced: m shows the commands.",
        details: ['points of no return: "Step stop", "Step add", "Step swap"'],
        more: [
          "stop (disrupt): Step stop",
          NO_WAY_BACK,
          "add (create): Step add",
          NO_WAY_BACK,
          "swap (destroy): Step swap",
          NO_WAY_BACK,
        ],
      },
    ]);
    expect(bench.events.find((event) => event.type === "review")).toMatchObject({
      rows: [{ label: "loss", value: '"5 minutes"' }],
      covers: ["stop", "add", "swap"],
    });
    expect(bench.journal.entries.filter((entry) => entry.type === "approved")).toHaveLength(1);
  });

  it("names the steps of a small window and their items in its question, and only counts those of a large one", async () => {
    const world = new FakeWorld();
    const alone = (ids: readonly string[]) =>
      runbookOf(ids.map((id) => step(id, { action: changing(world, "disrupt"), with: { key: id } })));
    const few = new Bench();
    await few.run({ runbook: alone(["one"]), answers: { consent: TARGET } });
    expect(few.operator.asked[0]?.prompt).toBe(`Step one: go on with ${TARGET}?`);
    const many = new Bench();
    await many.run({ runbook: alone(["one", "two", "three", "four"]), answers: { consent: TARGET } });
    expect(many.operator.asked[0]).toMatchObject({
      prompt: `Go on with ${TARGET}?`,
      why: "From here on things that run are interrupted: ? names the 4 steps.",
    });
  });

  it("names as a point of no return what undo passes over although it is gone, and not what has nothing to take back", async () => {
    const world = new FakeWorld();
    const left = (leaves: string, final: boolean): AnyAction =>
      ({ ...changing(world, "destroy"), undo: { leaves, ...(final ? { final: true } : {}) } }) as AnyAction;
    const runbook = runbookOf([
      step("lose", { action: left("it stays deleted", true), with: { key: "lose" } }),
      step("note", { action: left("nothing to take back", false), with: { key: "note" } }),
    ]);
    const bench = new Bench();
    expect(await bench.run({ runbook, answers: { consent: TARGET } })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toMatchObject([
      {
        details: expect.arrayContaining(['points of no return: "Step lose"', 'undo also leaves: "Step note"']),
        more: [
          "lose (destroy): Step lose",
          "  undo: it stays deleted",
          "note (destroy): Step note",
          "  undo: nothing to take back",
        ],
      },
    ]);
  });

  it("says in one line what undo takes back and what it does not, and nothing that denies it", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("swap", { action: reversible(world, new TakenBack(), "destroy"), with: { key: "swap" } }),
      step("restart", { action: lasting(world), with: { key: "restart" } }),
    ]);
    const bench = new Bench();
    expect(await bench.run({ runbook, answers: { consent: TARGET } })).toMatchObject({ exitCode: 0 });
    const [question] = bench.operator.asked;
    if (question?.kind !== "typed") throw new Error("the target is typed");
    expect(question.details.slice(-1)).toEqual(['undo takes back every step except: "Step restart"']);
    // Nothing of it is moved aside, so no cleanup is named.
    expect(question.more?.at(-1)).toMatch(/undo \S+" takes the others back, last first$/);
  });

  it("is asked before a creation already, if a review stands before it and danger behind it", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("review", { action: reviewing(world) }),
      step("add", { action: changing(world, "create"), with: { key: "add" } }),
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    ]);
    const bench = new Bench();
    expect(await bench.run({ runbook, answers: { consent: TARGET } })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toMatchObject([{ kind: "typed" }]);
    const unsure = new FakeWorld();
    expect(await new Bench().run({ runbook: windowed(unsure), flags: { yes: true } })).toMatchObject({ exitCode: 13 });
    expect(unsure.effects.size).toBe(0);
  });

  it("ends at the next review, if it is asked anew", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
      step("review", { action: reviewing(world) }),
      step("swap", { action: changing(world, "destroy"), with: { key: "swap" } }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, answers: { consent: TARGET } });
    expect(bench.operator.asked).toHaveLength(2);
  });

  it("is asked once even if the window begins with a creation", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const steps = [
      step("review", { action: reviewing(world) }),
      step("add", { action: changing(world, "create"), with: { key: "add" } }),
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    ];
    const result = await bench.run({ runbook: runbookOf(steps), answers: { consent: TARGET } });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toMatchObject([{ kind: "typed", expected: TARGET }]);
  });

  it("does not name steps whose condition is false already", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
      step("never", { action: changing(world, "destroy"), with: { key: "never" }, when: { text: "1 > 2" } }),
      step("perhaps", {
        action: changing(world, "destroy"),
        with: { key: "perhaps" },
        when: { text: 'steps.stop.made == "stop"' },
      }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, answers: { consent: TARGET } });
    expect(bench.events.find((event) => event.type === "review")).toMatchObject({ covers: ["stop", "perhaps"] });
  });

  it("typed otherwise is refused with 16; nothing typed stops with 13", async () => {
    const world = new FakeWorld();
    expect(await new Bench().run({ runbook: windowed(world), answers: { consent: "ORG/SPACE/DB" } })).toMatchObject({
      exitCode: 16,
      error: { code: "confirm-mismatch" },
    });
    expect(await new Bench().run({ runbook: windowed(world), answers: { consent: "" } })).toMatchObject({
      exitCode: 13,
    });
    expect(world.effects.size).toBe(0);
  });

  it("by --confirm must name the target byte for byte, and is refused before any step", async () => {
    for (const confirm of ["org/space/db", `${TARGET} `, "", "ORG/SPACE/dḃ"]) {
      const world = new FakeWorld();
      const result = await new Bench().run({ runbook: windowed(world), flags: { yes: true, confirm } });
      expect(result).toMatchObject({ exitCode: 16, error: { code: "confirm-mismatch" } });
      expect(world.calls).toEqual([]);
    }
  });

  it("holds over a resume while nothing that was shown has changed", async () => {
    const world = new FakeWorld();
    world.weather.set("add-swap", ["refused"]);
    const bench = new Bench();
    expect(await bench.run({ runbook: windowed(world), answers: { consent: TARGET } })).toMatchObject({ exitCode: 15 });
    expect(await bench.resume({ runbook: windowed(world) })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toEqual([]);
  });

  it("is asked again when the review has changed", async () => {
    const world = new FakeWorld();
    world.readings.set("loss", "5 minutes");
    world.weather.set("stop", ["refused"]);
    const bench = new Bench();
    await bench.run({ runbook: windowed(world), answers: { consent: TARGET } });
    world.readings.set("loss", "2 hours");
    const unattended = await bench.resume({ runbook: windowed(world), answers: { "drift-1": "go-on" } });
    expect(unattended).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    expect(world.isDone("stop")).toBe(false);
    expect(await bench.resume({ runbook: windowed(world), answers: { consent: TARGET } })).toMatchObject({
      exitCode: 0,
    });
  });

  it("is asked again when a command that was shown has changed, and covers one that was not known yet", async () => {
    const world = new FakeWorld();
    const steps = (note: string): readonly Step[] => [
      step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
      step("swap", { action: changing(world, "destroy"), with: { key: "swap", note } }),
    ];
    const bench = new Bench();
    world.weather.set("swap", ["refused"]);
    await bench.run({ runbook: runbookOf(steps("one")), answers: { consent: TARGET } });
    const changed = await bench.resume({ runbook: runbookOf(steps("two")), flags: { acceptRunbook: true } });
    expect(changed).toMatchObject({ exitCode: 13, error: { code: "question-unanswered", place: "step swap" } });
  });

  it("is not needed for what only reads, unless the runbook raises it", async () => {
    const world = new FakeWorld();
    const read = { action: reading(world), with: { key: "name" } };
    expect(await new Bench().run({ runbook: runbookOf([step("look", read)]) })).toMatchObject({ exitCode: 0 });
    const raised = runbookOf([step("look", { ...read, effect: "disrupt" })]);
    expect(await new Bench().run({ runbook: raised })).toMatchObject({ exitCode: 13 });
  });
});
