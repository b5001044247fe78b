/** A guard knows of earlier steps by the journal alone. */
import { describe, expect, it } from "vitest";
import type { AnyAction, Context, JournaledStep, JsonObject } from "../../src/action.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step } from "./fixture.ts";

describe("what earlier steps did", () => {
  it("is told by their action: how they ended, with input, output and notes, and nothing of steps that come later", async () => {
    const world = new FakeWorld();
    const plain = changing(world, "create");
    if (plain.effect === "read") throw new Error("a creation was asked for");
    const noting = { ...plain, id: "fake.noting", run: noted } as AnyAction;
    let seen: readonly JournaledStep[] = [];
    const looking = { ...plain, guard: looked } as AnyAction;
    const runbook = runbookOf([
      step("first", { action: noting, with: { key: "a" } }),
      step("then", { action: looking, with: { key: "b" } }),
      step("later", { action: noting, with: { key: "c" } }),
    ]);
    expect(await new Bench().run({ runbook, flags: { yes: true } })).toMatchObject({ exitCode: 0 });
    expect(seen).toMatchObject([{ step: "first", how: "ran", input: { key: "a" }, output: { made: "a" } }]);
    expect(seen[0]?.records("free")).toEqual([{ name: "a" }]);
    expect(seen[0]?.records("other")).toEqual([]);

    async function noted(context: Context, input: never): Promise<JsonObject> {
      await context.record("free", { name: (input as { key: string }).key });
      return await plain.run(context, input);
    }

    async function looked(context: Context): Promise<void> {
      seen = context.journaled("fake.noting");
      await Promise.resolve();
    }
  });
});
