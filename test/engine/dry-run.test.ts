import { describe, expect, it } from "vitest";
import type { Context } from "../../src/action.ts";
import { dryRun } from "../../src/engine/run/dry-run.ts";
import { NO_LOCKS } from "../../src/engine/journal/key-locks.ts";
import type { RunResult } from "../../src/engine/state/options.ts";
import type { RunEvent } from "../../src/engine/state/event.ts";
import type { Step } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

async function dry(
  steps: readonly Step[],
): Promise<{ result: RunResult; events: readonly RunEvent[]; printed: string[] }> {
  const bench = new Bench();
  const options = { ...bench.options({ runbook: runbookOf(steps) }), inputs: {}, locks: NO_LOCKS };
  const result = await dryRun(options);
  const printed = bench.events.flatMap((event) =>
    event.type === "step-would-run" ? event.commands.map(({ line }) => line) : [],
  );
  return { result, events: bench.events, printed };
}

describe("a dry run", () => {
  it("runs what reads, prints what changes with real values, and names the step that will supply the others", async () => {
    const world = new FakeWorld();
    world.readings.set("name", "db");
    const { result, printed, events } = await dry([
      step("look", { action: reading(world), with: { key: "name" } }),
      step("make-it", { action: changing(world, "create"), with: { key: "new-${{ steps.look.value }}" } }),
      step("review", { action: reviewing(world) }),
      step("swap", {
        action: changing(world, "destroy"),
        with: { key: "x-${{ steps.make_it.made }}", note: "${{ run.target }}" },
      }),
    ]);
    expect(result).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    expect(printed).toEqual(["fake create new-db", "fake destroy x-<make-it.made> # ORG/SPACE/db"]);
    expect(world.calls).toEqual(["read name"]);
    expect(events[0]).toMatchObject({ type: "run-began", dryRun: true });
    expect(events.filter(({ type }) => type === "question")).toEqual([]);
  });

  it("prints the id of the run if a command needs it", async () => {
    const world = new FakeWorld();
    const labelled = {
      ...changing(world, "create"),
      describe: (_input: unknown, run: string) => [{ on: "here", line: `fake label ${run}` }],
    };
    const bench = new Bench();
    const runbook = runbookOf([step("make", { action: labelled, with: { key: "db" } })]);
    await bench.run({ runbook, flags: YES });
    const printed = bench.events.flatMap((event) => (event.type === "step-began" ? event.commands : []));
    expect(printed.map(({ line }) => line)).toEqual([`fake label ${bench.journal.run}`]);
  });

  it("prints a read whose input is not known yet", async () => {
    const world = new FakeWorld();
    const { printed } = await dry([
      step("make", { action: changing(world, "create"), with: { key: "db" } }),
      step("wait", {
        action: reading(world),
        with: { key: "${{ steps.make.made }}" },
        until: { text: "steps.wait.value != null" },
      }),
    ]);
    expect(printed).toEqual(["fake create db", "fake read <make.made>"]);
  });

  it("does not wait for what a step that was only printed would bring about", async () => {
    const world = new FakeWorld();
    const { result, printed } = await dry([
      step("make", { action: changing(world, "create"), with: { key: "db" } }),
      step("wait", { action: reading(world), with: { key: "db" }, until: { text: "steps.wait.value == 1" } }),
      step("look", { action: reading(world), with: { key: "other" }, assert: { text: "steps.look.value == 1" } }),
    ]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(printed).toEqual(["fake create db", "fake read db"]);
    expect(world.calls).toEqual(["read other"]);
  });

  it("skips what is known to be skipped, and prints what hangs on the unknown", async () => {
    const world = new FakeWorld();
    const { printed, events } = await dry([
      step("make", { action: changing(world, "create"), with: { key: "db" } }),
      step("never", { action: changing(world, "create"), with: { key: "never" }, when: { text: "1 > 2" } }),
      step("perhaps", {
        action: changing(world, "create"),
        with: { key: "perhaps" },
        when: { text: 'steps.make.made == ""' },
      }),
      step("since", { action: changing(world, "create"), with: { key: "since" }, when: { text: "!has(steps.never)" } }),
    ]);
    expect(printed).toEqual(["fake create db", "fake create perhaps", "fake create since"]);
    expect(events.find((event) => event.type === "step-ended")).toMatchObject({ step: "never", state: "skipped" });
  });

  it("prints every known item of a for_each, reads each of them, and stands for unknown ones with one line", async () => {
    const world = new FakeWorld();
    world.readings.set("apps", ["a", "b"]);
    const { printed } = await dry([
      step("apps", { action: reading(world), with: { key: "apps" } }),
      step("ask-each", { action: reading(world), forEach: { text: "steps.apps.value" }, with: { key: "${{ item }}" } }),
      step("bind", {
        action: changing(world, "create"),
        forEach: { text: "steps.apps.value" },
        with: { key: "${{ item }}" },
      }),
      step("again", {
        action: changing(world, "create"),
        forEach: { text: "steps.bind.items" },
        with: { key: "${{ item.made }}" },
      }),
    ]);
    expect(world.calls).toEqual(["read apps", "read a", "read b"]);
    expect(printed).toEqual(["fake create a", "fake create b", "fake create <item.made>"]);
  });

  it("names no run that nobody has saved if a choice is needed and nobody is there", async () => {
    const choices = ["a", "b"].map((value) => ({ value, label: value, consequence: "it is taken" }));
    const question = {
      kind: "choice",
      id: "q",
      prompt: "Which?",
      why: "Both fit.",
      choices,
      recommended: "a",
    } as const;
    const read = reading(new FakeWorld());
    const asking: typeof read = {
      ...read,
      run: async (context: Context) => ({ value: (await context.ask(question)).value }),
    };
    const { result } = await dry([step("ask", { action: asking, with: { key: "k" } })]);
    expect(result).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    expect(result.error?.remedy).toBe('Continue at a terminal with "dingo-recover run fake".');
  });

  it("ends with the error of a read that failed, as the run itself would", async () => {
    const world = new FakeWorld();
    const { result } = await dry([
      step("look", { action: reading(world), with: { key: "a" }, assert: { text: "steps.look.value == 1" } }),
      step("make", { action: changing(world, "create"), with: { key: "db" } }),
    ]);
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
  });
});
