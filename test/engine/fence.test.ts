/** A process that was taken over does nothing more: the fence is asked before every single effect (law 18). */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Action, type AnyAction, type Context, defineAction } from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

/** Whose run another process takes over at some moment. */
class ContestedJournal extends MemoryJournal {
  takenOver = false;
  /** So many looks at who holds the run are not answered. */
  unanswered = 0;

  override async checkFence(): Promise<void> {
    this.unanswered -= 1;
    if (this.unanswered >= 0) throw new RecoverError("unreachable", "no answer from the store", { remedy: "Wait." });
    if (this.takenOver) throw new RecoverError("fenced", "taken over by ann on laptop-b", { remedy: "Go on there." });
  }

  override async append(...[body]: Parameters<MemoryJournal["append"]>): ReturnType<MemoryJournal["append"]> {
    if (this.takenOver) await this.checkFence();
    return super.append(body);
  }
}

const nothing = z.object({});
type Nothing = z.infer<typeof nothing>;

/** An effect in five parts, as a copy of five objects is. */
function inParts(part: (context: Context, number: number) => Promise<void>): AnyAction {
  const action: Action<Nothing, Nothing> = {
    id: "fake.parts",
    title: "Fake parts",
    effect: "create",
    input: nothing,
    output: nothing,
    describe: () => [],
    async run(context) {
      for (const number of [1, 2, 3, 4, 5]) await part(context, number);
      return {};
    },
    probe: async () => ({ state: "partly", evidence: "some of five" }),
    verify: async () => ({ holds: true, evidence: "five of five" }),
  };
  return defineAction(action);
}

function contested(): { readonly bench: Bench; readonly journal: ContestedJournal } {
  const journal = new ContestedJournal({ run: "20261121-020000-test", now: () => new Date(0) });
  return { bench: new Bench(journal), journal };
}

describe("a run that another process takes over", () => {
  it("in the middle of a long effect does no further part of it and writes nothing more: 11", async () => {
    const { bench, journal } = contested();
    const done: number[] = [];
    const action = inParts(async (context, number) => {
      await context.beforeEffect();
      done.push(number);
      if (number === 2) journal.takenOver = true;
    });
    const result = await bench.run({ runbook: runbookOf([step("copy", { action })]), flags: YES });
    expect(done).toEqual([1, 2]);
    expect(result).toMatchObject({ exitCode: 11, outcome: "stopped", error: { code: "fenced" } });
    expect(bench.trail.at(-1)).toBe("step-started copy");
  });

  it("gets no further by swallowing what the fence threw", async () => {
    const { bench, journal } = contested();
    const action = inParts(async (context, number) => {
      // Held by another for a moment only: its deeds meanwhile are not known here.
      journal.takenOver = number === 2;
      await context.beforeEffect().catch(() => undefined);
    });
    const result = await bench.run({ runbook: runbookOf([step("copy", { action })]), flags: YES });
    expect(result).toMatchObject({ exitCode: 11 });
    expect(bench.trail.at(-1)).toBe("step-started copy");
  });
});

describe("a run of which nobody can tell who holds it", () => {
  it("waits with its next effect, and goes on when it can be told", async () => {
    const { bench, journal } = contested();
    const done: number[] = [];
    const action = inParts(async (context, number) => {
      if (number === 3 && done.length === 2) journal.unanswered = 3;
      await context.beforeEffect();
      done.push(number);
    });
    const result = await bench.run({ runbook: runbookOf([step("copy", { action })]), flags: YES });
    expect(result).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    expect(done).toEqual([1, 2, 1, 2, 3, 4, 5]);
    expect(bench.trail.filter((entry) => entry === "waited copy")).toHaveLength(3);
  });

  it("ends with 15 when its patience is used up, and begins no effect", async () => {
    const { bench, journal } = contested();
    const done: number[] = [];
    const action = inParts(async (context, number) => {
      journal.unanswered = Number.POSITIVE_INFINITY;
      await context.beforeEffect();
      done.push(number);
    });
    const result = await bench.run({ runbook: runbookOf([step("copy", { action })]), flags: YES });
    expect(result).toMatchObject({ exitCode: 15, outcome: "waiting" });
    expect(done).toEqual([]);
  });

  it("that was taken over meanwhile does not even look at the world when the network is back: 11", async () => {
    const { bench, journal } = contested();
    let looks = 0;
    const parts = inParts(async () => {
      throw new RecoverError("unreachable", "no answer", { remedy: "Wait." });
    });
    const action: AnyAction = {
      ...parts,
      probe: async () => {
        looks += 1;
        return { state: "done", output: {}, evidence: "somebody else did it" };
      },
    } as AnyAction;
    bench.clock.onSleep = () => {
      journal.takenOver = true;
    };
    const result = await bench.run({ runbook: runbookOf([step("copy", { action })]), flags: YES });
    expect(result).toMatchObject({ exitCode: 11, error: { code: "fenced" } });
    expect(looks).toBe(0);
  });
});

describe("a run that is interrupted", () => {
  it("begins no further part of an effect", async () => {
    const { bench } = contested();
    const stop = new AbortController();
    const done: number[] = [];
    const action = inParts(async (context, number) => {
      await context.beforeEffect();
      done.push(number);
      if (number === 2) stop.abort();
    });
    const runbook = runbookOf([step("copy", { action })]);
    expect(await bench.run({ runbook, flags: YES, signal: stop.signal })).toMatchObject({ exitCode: 130 });
    expect(done).toEqual([1, 2]);
  });
});
