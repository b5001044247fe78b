/**
 * Kills the process before, in and after every journal append, resumes, and compares the far side: the same final
 * world, nothing done twice, counted there and not by our own journal.
 */
import { fc, inputs } from "../properties.ts";
import { describe, expect, it } from "vitest";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import type { Runbook, Step } from "../../src/engine/runbook/runbook.ts";
import { changing, FakeWorld, reading, reviewing, type Weather } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { forgotten } from "./forgotten.ts";
import { type KillPoint, KillingJournal } from "./killing-journal.ts";

interface Draft {
  readonly kind: "read" | "review" | "create" | "disrupt" | "destroy";
  readonly when: boolean | undefined;
  readonly items: number | undefined;
  readonly weather: readonly Weather[];
}

const HOWS = ["before", "torn", "after"] as const;
const WEATHERS: readonly Weather[] = ["fine", "lost-before", "lost-after", "half", "refused"];
const MOST_PROCESSES = 30;

const draftOf: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom("read", "review", "create", "create", "disrupt", "destroy"),
  when: fc.option(fc.boolean(), { nil: undefined, freq: 3 }),
  items: fc.option(fc.nat(2), { nil: undefined, freq: 3 }),
  weather: fc.array(fc.constantFrom(...WEATHERS), { maxLength: 2 }),
});

function stepOf(world: FakeWorld, draft: Draft, index: number): Step {
  const id = `step-${index}`;
  const items = Array.from({ length: draft.items ?? 0 }, (_, item) => `"${item}"`);
  const more = {
    ...(draft.when === undefined ? {} : { when: { text: String(draft.when) } }),
    ...(draft.items === undefined ? {} : { forEach: { text: `[${items.join(", ")}]` } }),
  };
  if (draft.kind === "review") return step(id, { action: reviewing(world), ...more });
  const key = draft.items === undefined ? id : `${id}.\${{ item }}`;
  const action = draft.kind === "read" ? reading(world) : changing(world, draft.kind);
  return step(id, { action, with: { key }, ...more });
}

/** A world with its weather and a runbook for it; the same drafts always give the same. */
function sceneOf(drafts: readonly Draft[]): { world: FakeWorld; runbook: Runbook; expected: Record<string, number> } {
  const world = new FakeWorld();
  const expected: Record<string, number> = {};
  drafts.forEach(({ kind, items, when, weather }, index) => {
    const suffixes = items === undefined ? [""] : Array.from({ length: items }, (_, item) => `.${item}`);
    for (const suffix of suffixes) {
      const key = `step-${index}${suffix}`;
      world.weather.set(kind === "read" ? `read ${key}` : key, [...weather]);
      if (kind !== "read" && kind !== "review" && when !== false) expected[key] = 1;
    }
  });
  return { world, runbook: runbookOf(drafts.map((draft, index) => stepOf(world, draft, index))), expected };
}

/** Processes that carry a run until it ends; the first ones die where they are told. */
class Carriers {
  readonly world: FakeWorld;
  readonly journal: MemoryJournal;
  readonly #runbook: Runbook;
  #doneByTheDead = 0;

  constructor(world: FakeWorld, runbook: Runbook, journal?: MemoryJournal) {
    this.world = world;
    this.#runbook = runbook;
    this.journal = journal ?? new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
  }

  async carry(kills: readonly KillPoint[]): Promise<void> {
    for (let count = 0; count < MOST_PROCESSES && !this.hasEnded; count += 1) await this.process(kills[count]);
    expect(this.hasEnded).toBe(true);
    expect(this.#doneByTheDead).toBe(0);
  }

  /** Also when the process died before it could say so. */
  get hasEnded(): boolean {
    return this.journal.entries.some((entry) => entry.type === "run-ended");
  }

  async process(kill: KillPoint | undefined): Promise<void> {
    const journal = new KillingJournal(this.journal, kill);
    let callsAtDeath: number | undefined;
    journal.onDeath = () => {
      callsAtDeath = this.world.calls.length;
    };
    const bench = new Bench(journal);
    const began = this.journal.entries.some((entry) => entry.type === "run-started");
    const setting = { runbook: this.#runbook, flags: YES };
    await (began ? bench.resume(setting) : bench.run(setting));
    this.#doneByTheDead += callsAtDeath === undefined ? 0 : this.world.calls.length - callsAtDeath;
  }
}

async function uninterrupted(drafts: readonly Draft[]): Promise<{ length: number; snapshot: unknown }> {
  const { world, runbook, expected } = sceneOf(drafts);
  const carriers = new Carriers(world, runbook);
  await carriers.carry([]);
  expect(world.snapshot).toEqual({ effects: expected, halves: [] });
  return { length: carriers.journal.entries.length, snapshot: world.snapshot };
}

async function killed(drafts: readonly Draft[], kills: readonly KillPoint[]): Promise<unknown> {
  const { world, runbook } = sceneOf(drafts);
  await new Carriers(world, runbook).carry(kills);
  return world.snapshot;
}

/** Killed right after an append, and the last lines are gone. */
async function forgetting(drafts: readonly Draft[], { kept, lost }: { kept: number; lost: number }): Promise<unknown> {
  const { world, runbook } = sceneOf(drafts);
  const dead = new Carriers(world, runbook);
  await dead.process({ at: kept + lost, how: "after" });
  const left = new Carriers(world, runbook, await forgotten(dead.journal, kept));
  await left.carry([]);
  return world.snapshot;
}

describe("a run that is killed", () => {
  const drafts: readonly Draft[] = [
    { kind: "read", when: undefined, items: undefined, weather: ["lost-before"] },
    { kind: "create", when: true, items: undefined, weather: ["lost-after"] },
    { kind: "review", when: undefined, items: undefined, weather: [] },
    { kind: "disrupt", when: undefined, items: undefined, weather: ["half"] },
    { kind: "destroy", when: undefined, items: 2, weather: ["lost-before"] },
    { kind: "create", when: false, items: undefined, weather: [] },
    { kind: "create", when: undefined, items: undefined, weather: ["refused", "lost-after"] },
  ];

  it("at any append, before, in or after it, ends in the same world with nothing done twice (I3, I5)", async () => {
    const { length, snapshot } = await uninterrupted(drafts);
    expect(length).toBeGreaterThan(30);
    for (let at = 1; at <= length; at += 1)
      for (const how of HOWS) expect(await killed(drafts, [{ at, how }]), `${how} append ${at}`).toEqual(snapshot);
  });

  it("again and again, at random places of random runbooks, ends in the same world", async () => {
    const kill = fc.record({ at: fc.integer({ min: 1, max: 60 }), how: fc.constantFrom(...HOWS) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(draftOf, { minLength: 1, maxLength: 6 }),
        fc.array(kill, { maxLength: 5 }),
        async (some, kills) => {
          const { snapshot } = await uninterrupted(some);
          expect(await killed(some, kills)).toEqual(snapshot);
        },
      ),
      { numRuns: inputs(15) },
    );
  });

  it("and whose disk forgets any number of lines that it took for written, ends in the same world with nothing done twice (I14)", async () => {
    const { length, snapshot } = await uninterrupted(drafts);
    for (let kept = 1; kept < length; kept += 1)
      for (const lost of [1, 2, 5, 12])
        if (kept + lost <= length)
          expect(await forgetting(drafts, { kept, lost }), `${lost} lines lost after ${kept}`).toEqual(snapshot);
  });
});
