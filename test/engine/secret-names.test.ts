/** A secret that is part of a name: the journal would hold another name, and a resumed run would act on that one. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Action, type AnyAction, defineAction } from "../../src/action.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const INPUT = { name: "service", type: "string", prompt: "Which service?" } as const;

function benchWith(secrets: Secrets): Bench {
  return new Bench(new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0), secrets }));
}

describe("a secret that is part of a name", () => {
  it("is refused among the inputs before the run begins", async () => {
    const [world, secrets] = [new FakeWorld(), new Secrets()];
    secrets.register("prod");
    const make = step("make", { action: changing(world, "create"), with: { key: "${{ inputs.service }}" } });
    const runbook = runbookOf([make], { inputs: [INPUT] });
    const bench = benchWith(secrets);
    const result = await bench.run({ runbook, flags: YES, secrets, inputs: { service: "orders-prod" } });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "secret-in-name", place: "input service" } });
    expect(result.error?.message).not.toContain("prod");
    expect(world.calls).toEqual([]);
    expect(bench.trail).toEqual([]);
  });

  it("is refused if a reading found the name, before anything is done to it", async () => {
    const [world, secrets] = [new FakeWorld(), new Secrets()];
    secrets.register("prod");
    world.readings.set("name", "orders-prod");
    const runbook = runbookOf([
      step("find", { action: reading(world), with: { key: "name" } }),
      step("make", { action: changing(world, "create"), with: { key: "${{ steps.find.value }}" } }),
    ]);
    const result = await benchWith(secrets).run({ runbook, flags: YES, secrets });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "secret-in-name", place: "step make" } });
    expect(world.calls).toEqual(["read name"]);
  });

  it("that is learnt only after the name was given stops the next step that would act on it", async () => {
    const [world, secrets] = [new FakeWorld(), new Secrets()];
    const runbook = runbookOf(
      [
        step("first", { action: changing(world, "create"), with: { key: "${{ inputs.service }}" } }),
        step("second", { action: changing(world, "create"), with: { key: "b", note: "${{ inputs.service }}" } }),
      ],
      { inputs: [INPUT] },
    );
    world.onEffect = () => secrets.register("prod");
    const bench = benchWith(secrets);
    const result = await bench.run({ runbook, flags: YES, secrets, inputs: { service: "orders-prod" } });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "secret-in-name", place: "step second" } });
    expect([...world.effects.keys()]).toEqual(["orders-prod"]);
  });

  it("is never acted on as an old journal holds it, masked", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([step("make", { action: changing(world, "create"), with: { key: "orders-prod" } })]);
    const bench = new Bench();
    await bench.run({ runbook });
    const input = { key: "orders-********" };
    const start = { action: "fake.create", effect: "create", input, commandsSha256: "0".repeat(64) };
    await bench.journal.append({ type: "step-started", step: "make", attempt: 1, ...start });
    world.calls.length = 0;
    const result = await bench.resume({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "secret-in-name" } });
    expect(world.calls).toEqual([]);
  });

  it("keeps a way back from being noted that would lead to another name, before the effect", async () => {
    const secrets = new Secrets();
    secrets.register("prod");
    let done = false;
    const noting = notingFirst(() => {
      done = true;
    });
    const result = await benchWith(secrets).run({
      runbook: runbookOf([step("make", { action: noting })]),
      flags: YES,
      secrets,
    });
    expect(result).toMatchObject({ exitCode: 16, error: { code: "secret-in-name" } });
    expect(done).toBe(false);
  });
});

const nothing = z.object({});
type Nothing = z.infer<typeof nothing>;

function notingFirst(effect: () => void): AnyAction {
  const action: Action<Nothing, Nothing> = {
    id: "fake.noting",
    title: "Fake noting",
    effect: "create",
    input: nothing,
    output: nothing,
    describe: () => [],
    async run(context) {
      await context.record("moved", { from: "orders-prod" });
      effect();
      return {};
    },
    probe: async () => ({ state: "not-done", evidence: "nothing moved" }),
    verify: async () => ({ holds: true, evidence: "moved" }),
  };
  return defineAction(action);
}
