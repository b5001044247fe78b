import { describe, expect, it } from "vitest";
import { parseInput, startingInputs } from "../../src/engine/steps/inputs.ts";
import { runRunbook } from "../../src/engine/run/run.ts";
import type { InputSpec } from "../../src/engine/runbook/runbook.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { ScriptedOperator } from "../fakes/scripted-operator.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const spec = (type: InputSpec["type"], more: Partial<InputSpec> = {}): InputSpec => ({
  name: "it",
  type,
  prompt: "Which?",
  ...more,
});

describe("an input", () => {
  it.each([
    ["string", "a b", "a b"],
    ["integer", " 42 ", 42],
    ["integer", 42, 42],
    ["boolean", "Yes", true],
    ["boolean", false, false],
    ["guid", "0E1F7F4C-5C3B-4A57-9A3C-2F3E1D4B5A69", "0e1f7f4c-5c3b-4a57-9a3c-2f3e1d4b5a69"],
    ["time", "40m ago", "2026-11-21T11:20:00.000Z"],
    ["time", "2026-11-21 02:20", "2026-11-21T02:20:00.000Z"],
    ["time", "2026-11-21T02:20:11+0100", "2026-11-21T01:20:11.000Z"],
    ["list", "a, b,,c ", ["a", "b", "c"]],
    ["list", ["a"], ["a"]],
  ] as const)("of type %s reads %j as %j", (type, given, wanted) => {
    expect(parseInput(spec(type), given, NOW)).toEqual(wanted);
  });

  it.each([
    ["string", ""],
    ["integer", "4.5"],
    ["integer", 4.5],
    ["boolean", "maybe"],
    ["guid", "not-a-guid"],
    ["guid", "0e1f7f4c5c3b4a579a3c2f3e1d4b5a69"],
    ["time", "yesterday"],
    ["time", "2026-13-41"],
    ["list", [1]],
    ["string", 7],
  ] as const)("of type %s refuses %j with 2", (type, given) => {
    expect(() => parseInput(spec(type), given, NOW)).toThrow(
      expect.objectContaining({ code: "input-invalid", exitCode: 2 }),
    );
  });

  it("that the runbook does not know is refused, with the ones it knows", () => {
    const runbook = runbookOf([], { inputs: [spec("string")] });
    expect(() => startingInputs(runbook, { at: "x" }, NOW)).toThrow(/has no input "at"/);
  });
});

describe("missing inputs", () => {
  const world = new FakeWorld();
  const inputs = [
    spec("integer"),
    { ...spec("string", { default: "x" }), name: "given" },
    { ...spec("guid", { default: null }), name: "none" },
  ];
  const runbook = runbookOf([step("look", { action: reading(world), with: { key: "${{ inputs.given }}" } })], {
    inputs,
  });

  it("are asked for before the first step and journaled; defaults are not asked for", async () => {
    const bench = new Bench();
    expect(await bench.run({ runbook, answers: { "input-it": "3" } })).toMatchObject({ exitCode: 0 });
    expect(bench.trail.slice(0, 4)).toEqual(["run-started", "asked", "answered", "input-given"]);
    expect(bench.state.inputs).toEqual({ it: 3, given: "x", none: null });
  });

  it("end with 13 and the flag that gives them, if nobody can answer", async () => {
    const result = await new Bench().run({ runbook });
    expect(result).toMatchObject({
      exitCode: 13,
      error: {
        code: "input-missing",
        remedy: expect.stringContaining("begin anew with dingo-recover run --input it=VALUE"),
      },
    });
  });

  it("can be given on resume, by the operator", async () => {
    const bench = new Bench();
    await bench.run({ runbook });
    expect(await bench.resume({ runbook, answers: { "input-it": "3" } })).toMatchObject({ exitCode: 0 });
  });

  it("that are new in an accepted runbook get their defaults, and nobody is asked", async () => {
    const bench = new Bench();
    const steps = [step("make", { action: changing(world, "create"), with: { key: "made" } })];
    world.weather.set("made", ["refused"]);
    const began = runbookOf(steps, { inputs: inputs.slice(0, 1) });
    expect(await bench.run({ runbook: began, answers: { "input-it": "3" }, flags: YES })).toMatchObject({
      exitCode: 15,
    });
    const runbookNow = runbookOf(steps, { inputs });
    const resumed = await bench.resume({ runbook: runbookNow, flags: { ...YES, acceptRunbook: true } });
    expect(resumed).toMatchObject({ exitCode: 0 });
    expect(bench.state.inputs).toEqual({ it: 3, given: "x", none: null });
  });

  it("are asked for again, with the reason, until an answer can be taken; no other is journaled", async () => {
    const bench = new Bench();
    const operator = new ScriptedOperator(["input-it", ""], ["input-it", "three"], ["input-it", "3"]);
    const result = await runRunbook({ ...bench.options({ runbook }), operator, inputs: {} });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(operator.asked).toHaveLength(3);
    const notes = bench.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes).toEqual([
      `the input "it" is empty. Give it as a whole number such as 3.`,
      `the input "it" cannot be "three": that is no integer. Give it as a whole number such as 3.`,
    ]);
    const answered = bench.journal.entries.flatMap((entry) => (entry.type === "answered" ? [entry.value] : []));
    expect(answered).toEqual(["3"]);
  });

  it("that a journal holds with an answer that cannot be taken are asked for anew on resume", async () => {
    const bench = new Bench();
    await bench.run({ runbook });
    await bench.journal.append({ type: "answered", question: "input-it", value: "", by: "operator" });
    expect(await bench.resume({ runbook, answers: { "input-it": "3" } })).toMatchObject({ exitCode: 0 });
    expect(bench.state.inputs["it"]).toBe(3);
  });

  it("that a scenario answers wrongly end with 2: nobody is there to be asked again", async () => {
    const bench = new Bench();
    const operator = { ask: () => Promise.resolve({ value: "three", by: "scenario" } as const) };
    const result = await runRunbook({ ...bench.options({ runbook }), operator, inputs: {} });
    expect(result).toMatchObject({ exitCode: 2, error: { code: "input-invalid" } });
    expect(bench.trail).not.toContain("answered");
  });
});

describe("the target", () => {
  const reference = (path: string): { kind: "reference"; path: string[] } => ({
    kind: "reference",
    path: path.split("."),
  });

  it("is fixed and locked as soon as what it refers to is known, each lock in its turn", async () => {
    const world = new FakeWorld();
    world.readings.set("guid", "guid-1");
    const runbook = runbookOf(
      [
        step("find-it", { action: reading(world), with: { key: "guid" } }),
        step("make", { action: changing(world, "create"), with: { key: "${{ run.target }}" } }),
      ],
      {
        target: reference("inputs.name"),
        locks: [reference("inputs.name"), reference("steps.find_it.value")],
        inputs: [{ ...spec("string"), name: "name" }],
      },
    );
    const bench = new Bench();
    let held: readonly string[] = [];
    world.onEffect = () => {
      held = [...bench.locks.held];
    };
    expect(await bench.run({ runbook, flags: { yes: true }, inputs: { name: "db" } })).toMatchObject({ exitCode: 0 });
    expect(bench.journal.entries.filter((entry) => entry.type === "target-fixed")).toMatchObject([
      { target: "db", locks: ["db"] },
      { target: "db", locks: ["guid-1"] },
    ]);
    expect(held).toEqual(["db", "guid-1"]);
    expect(world.isDone("db")).toBe(true);
  });

  it("must be known before anything is changed", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([step("make", { action: changing(world, "create"), with: { key: "db" } })], {
      target: reference("steps.make.made"),
    });
    const result = await new Bench().run({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 10, error: { code: "runbook-invalid" } });
    expect(world.effects.size).toBe(0);
  });

  it("keeps its locks while the world is touched, and gives them back if it is not", async () => {
    const world = new FakeWorld();
    world.guarded.add("second");
    const steps = ["first", "second"].map((id) => step(id, { action: changing(world, "create"), with: { key: id } }));
    const untouched = new Bench();
    expect(await untouched.run({ runbook: runbookOf(steps.slice(1)), flags: YES })).toMatchObject({ exitCode: 16 });
    expect(untouched.locks.held).toEqual([]);
    const touched = new Bench();
    expect(await touched.run({ runbook: runbookOf(steps), flags: YES })).toMatchObject({ exitCode: 16 });
    expect(touched.locks.held).toEqual(["ORG/SPACE/db"]);
  });
});

describe("secrets", () => {
  it("are masked in outputs from the first day on, so that a resume sees nothing else", async () => {
    const world = new FakeWorld();
    const secrets = new Secrets();
    secrets.register("s3cr3t-value");
    world.readings.set("password", "s3cr3t-value");
    const runbook = runbookOf([
      step("look", {
        action: reading(world),
        with: { key: "password" },
        assert: { text: 'steps.look.value == "********"' },
      }),
    ]);
    const bench = new Bench();
    expect(await bench.run({ runbook, secrets })).toMatchObject({ exitCode: 0 });
    world.readings.set("password", "s3cr3t-value");
    expect(JSON.stringify(bench.events)).not.toContain("s3cr3t-value");
  });
});
