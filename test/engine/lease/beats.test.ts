/** A process says at an interval that it lives, also inside one long step. */
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { type Claim, runClaimName } from "../../../src/engine/lease/claim.ts";
import { SharedMemory } from "../../fakes/memory-shared-place.ts";
import { Machine, NOW, started } from "./machine.ts";

describe("a step that takes long", () => {
  const claimIn = (memory: SharedMemory, run: string): Claim =>
    JSON.parse(memory.objects.get(runClaimName(run)) ?? "{}") as Claim;
  const ticking = (): (() => Date) => {
    let ms = NOW.getTime();
    return () => new Date((ms += 1));
  };

  it("is seen to live: its lease is written again and again, and no more once it was let go of", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create(), false, { now: ticking(), beatMs: 5 });
    await journal.append(started("copy"));
    await journal.checkFence();
    const seen = new Set<string>();
    await vi.waitUntil(() => seen.add(claimIn(memory, journal.run).seenAt).size > 3, { interval: 1, timeout: 60_000 });
    expect(claimIn(memory, journal.run)).toMatchObject({ state: "held", step: "copy", head: journal.head });
    await journal.letGo("free");
    const tries = ann.place.tries.length;
    await setTimeout(50);
    expect([ann.place.tries.length, claimIn(memory, journal.run).state]).toEqual([tries, "free"]);
  });

  it("does not hold again what was let go of while a beat was under way", async () => {
    const memory = new SharedMemory();
    const ann = new Machine(memory, "ann");
    const { journal } = await ann.lease(ann.state.create(), false, { now: ticking(), beatMs: 5 });
    await journal.append(started("copy"));
    await journal.checkFence();
    const read = ann.place.read.bind(ann.place);
    let isUnderWay = false;
    ann.place.read = async (name) => {
      if (isUnderWay) return await read(name);
      isUnderWay = true;
      await setTimeout(100);
      return await read(name);
    };
    await vi.waitUntil(() => isUnderWay, { interval: 1, timeout: 60_000 });
    await journal.letGo("free");
    await setTimeout(200);
    expect(claimIn(memory, journal.run).state).toBe("free");
  });

  it.each([true, false])(
    "learns from a beat that it was taken over, and asks for no change (conditions: %j)",
    async (honours) => {
      const memory = new SharedMemory();
      memory.honours = honours;
      const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
      const { journal } = await ann.lease(ann.state.create(), false, { now: ticking(), beatMs: 200 });
      await journal.append(started("copy"));
      await journal.checkFence();
      const his = await bob.arrive(journal.run);
      const tries = ann.place.tries.length;
      await vi.waitUntil(() => journal.isFenced, { interval: 1, timeout: 60_000 });
      expect(ann.place.tries).toHaveLength(tries);
      expect(claimIn(memory, journal.run)).toMatchObject({ operator: "bob", epoch: 2 });
      await expect(his.journal.checkFence()).resolves.toBeUndefined();
    },
  );
});

describe("an effect after a stop of its process", () => {
  /** Ann's process is stopped when the last answer of a look has arrived; the clock goes on. */
  async function stopAtLastAnswer(meanwhile: (bob: Machine, run: string) => Promise<unknown>) {
    const memory = new SharedMemory();
    const [ann, bob] = [new Machine(memory, "ann"), new Machine(memory, "bob")];
    let time = NOW.getTime();
    const { journal } = await ann.lease(ann.state.create(), false, { wallMs: () => time, beatMs: 1e9 });
    await journal.append(started("copy"));
    await journal.checkFence();
    const read = ann.place.read.bind(ann.place);
    let reads = 0;
    ann.place.read = (name) => {
      reads += 1;
      return read(name);
    };
    await journal.checkFence();
    const last = reads;
    reads = 0;
    ann.place.read = async (name) => {
      const found = await read(name);
      reads += 1;
      if (reads % last === 0) {
        await meanwhile(bob, journal.run);
        time += 3_600_000;
      }
      return found;
    };
    return { journal, reads: () => reads / last };
  }

  it("looks again, and finds that it was taken over", async () => {
    let taken: Promise<unknown> | undefined;
    const { journal } = await stopAtLastAnswer((bob, run) => (taken ??= bob.arrive(run)));
    await expect(journal.checkFence()).rejects.toMatchObject({ code: "fenced" });
  });

  it("does not begin if each answer is too old", async () => {
    const { journal, reads } = await stopAtLastAnswer(() => Promise.resolve());
    await expect(journal.checkFence()).rejects.toMatchObject({ code: "unreachable" });
    expect(reads()).toBe(3);
  });
});
