import { describe, expect, it } from "vitest";
import { probeCopy } from "../../../src/archive/copy/compare.ts";
import { copyArchive, requireCopied } from "../../../src/archive/copy/copy.ts";
import { asideLocation, itemsOf, planCopy, type CopyPlan } from "../../../src/archive/copy/copy-plan.ts";
import { probeSetAside, setAside } from "../../../src/archive/copy/set-aside.ts";
import type { ObjectStore } from "../../../src/ports/object-store.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { StillClock } from "../../fakes/still-clock.ts";
import {
  add,
  BASE,
  BUCKET,
  lzopLike,
  NEW,
  OLD,
  sampleArchive,
  seedArchive,
  segment,
  sentinelText,
  stamp,
} from "../sample-archive.ts";

const ASIDE = asideLocation(NEW, "run-1");

interface Scene {
  readonly memory: MemoryObjectStore;
  readonly store: ObjectStore;
  readonly clock: StillClock;
}

function scene(memory: MemoryObjectStore = sampleArchive()): Scene {
  const clock = new StillClock(undefined, (ms) => {
    memory.nowMs += ms;
  });
  return { memory, store: memory.writer({ source: OLD, into: [NEW, ASIDE] }), clock };
}

async function plan(memory: MemoryObjectStore): Promise<CopyPlan> {
  return planCopy(OLD, NEW, await memory.reader().list(BUCKET, `${OLD.prefix}/`));
}

function refusesAfter(effects: number): () => Promise<void> {
  let left = effects;
  return async () => {
    if (left === 0) throw new Error("taken over");
    left -= 1;
  };
}

describe("copying an archive", () => {
  it("makes the same archive and leaves the source alone", async () => {
    const { memory, store, clock } = scene();
    const before = await store.list(BUCKET, `${OLD.prefix}/`);
    const outcome = await copyArchive(store, await plan(memory), { clock });
    expect(outcome).toMatchObject({ objects: 11, copied: 11, alreadyThere: 0 });
    expect(await probeCopy(store, await plan(memory))).toMatchObject({ total: 11, missing: 0, foreign: [] });
    expect(await store.list(BUCKET, `${OLD.prefix}/`)).toEqual(before);
  });

  it("takes a refusal for one if each copy has an ETag of its own, as under a KMS key", async () => {
    const { memory, store, clock } = scene();
    memory.encryptsCopies = true;
    const outcome = await copyArchive(store, await plan(memory), { clock, asksForRefusal: true });
    expect(outcome).toMatchObject({ copied: 11, refusesOverwrite: true });
    const again = await copyArchive(store, await plan(memory), { clock, asksForRefusal: true });
    expect(again).toMatchObject({ alreadyThere: 11, refusesOverwrite: true });
  });

  it("brings histories after WAL, the system identifier after these, and sentinels last", async () => {
    const { memory, store, clock } = scene();
    add(memory, "wal_005/00000002.history.lzo", lzopLike("history"));
    await copyArchive(store, await plan(memory), { clock, inFlight: 1 });
    expect(memory.changes.slice(-3)).toEqual([
      `copy ${NEW.prefix}/wal_005/00000002.history.lzo`,
      `copy ${NEW.prefix}/sysids/sysid`,
      `copy ${NEW.prefix}/basebackups_005/${BASE}_backup_stop_sentinel.json`,
    ]);
  });

  it("dates several sentinels in the order of their age, so that WAL-E chooses the same", async () => {
    const { memory, store, clock } = scene();
    addSentinel(memory, "base_000000010000000000000001_00000040", stamp(9));
    addSentinel(memory, "base_000000010000000000000003_00000040", stamp(1));
    await copyArchive(store, await plan(memory), { clock });
    const dated = (await store.list(BUCKET, `${NEW.prefix}/`))
      .filter(({ key }) => key.endsWith("sentinel.json"))
      .sort((a, b) => Date.parse(a.lastModified) - Date.parse(b.lastModified));
    expect(dated.map(({ key }) => key.slice(-46, -27))).toHaveLength(3);
    expect(dated.map(({ key }) => /base_0{7}1(\d+)_/.exec(key)?.[1])).toEqual([
      "0000000000000003",
      "0000000000000002",
      "0000000000000001",
    ]);
    expect(new Set(dated.map(({ lastModified }) => lastModified)).size).toBe(3);
  });

  it("copies later sentinels again if an earlier one was missing", async () => {
    const { memory, store, clock } = scene();
    addSentinel(memory, "base_000000010000000000000003_00000040", stamp(9));
    const copy = await plan(memory);
    await copyArchive(store, copy, { clock });
    const [older] = copy.sentinels;
    memory.bucket(BUCKET).delete(older?.to ?? "");
    await expect(requireCopied(store, copy)).rejects.toMatchObject({ code: "proof-failed" });
    expect(await copyArchive(store, copy, { clock })).toMatchObject({ copied: 2 });
    await requireCopied(store, copy);
  });

  it("refuses a target that holds anything else, before the first copy", async () => {
    const { memory, store, clock } = scene();
    seedArchive(memory, { at: NEW, cluster: "new", segments: [1, 2, 3] });
    await expect(copyArchive(store, await plan(memory), { clock })).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(memory.changes).toEqual([]);
  });

  it("notices that the source changed after it was listed", async () => {
    const { memory, store, clock } = scene();
    const copy = await plan(memory);
    add(memory, `wal_005/${segment(6)}.lzo`, lzopLike("written by a living container"));
    await expect(copyArchive(store, copy, { clock })).rejects.toMatchObject({ code: "object-changed" });
  });

  it("reads the bytes if ETags cannot be compared", async () => {
    const { memory, store, clock } = scene();
    const copy = await plan(memory);
    await copyArchive(store, copy, { clock });
    const key = `${NEW.prefix}/wal_005/${segment(4)}.lzo`;
    memory.seed(BUCKET, key, lzopLike("old 4"), { etag: "9bb58f26192e4ba00f01e2e7b136bbd8-2" });
    expect(await probeCopy(store, copy)).toMatchObject({ missing: 0, foreign: [] });
    memory.seed(BUCKET, key, lzopLike("new 4"), { etag: "9bb58f26192e4ba00f01e2e7b136bbd8-2" });
    expect(await probeCopy(store, copy)).toMatchObject({ foreign: [key] });
  });

  it("refuses an archive that is its own target", () => {
    expect(() => planCopy(OLD, OLD, [])).toThrow(expect.objectContaining({ code: "source-protected" }));
  });

  it("stops between objects when it is told to", async () => {
    const { memory, store, clock } = scene();
    const controller = new AbortController();
    const progress = (done: number): void => {
      if (done === 3) controller.abort(new Error("stopped"));
    };
    const options = { clock, inFlight: 1, signal: controller.signal, progress };
    await expect(copyArchive(store, await plan(memory), options)).rejects.toThrow("stopped");
    expect(memory.changes).toHaveLength(3);
  });

  it("asks before every object whether it may go on, and copies none after a no", async () => {
    const { memory, store, clock } = scene();
    const options = { clock, inFlight: 1, beforeEffect: refusesAfter(4) };
    await expect(copyArchive(store, await plan(memory), options)).rejects.toThrow("taken over");
    expect(memory.changes).toHaveLength(4);
  });

  it("killed after any object and run again ends in the same world", async () => {
    const whole = scene();
    addSentinel(whole.memory, "base_000000010000000000000003_00000040", stamp(9));
    const total = itemsOf(await plan(whole.memory)).length;
    await copyArchive(whole.store, await plan(whole.memory), { clock: whole.clock });
    for (let kill = 0; kill <= total; kill += 1) {
      const { memory, store, clock } = scene();
      addSentinel(memory, "base_000000010000000000000003_00000040", stamp(9));
      const copy = await plan(memory);
      memory.dieAfterChanges = kill;
      await copyArchive(store, copy, { clock }).catch(() => undefined);
      expect(memory.changes).toHaveLength(Math.min(kill, total));
      memory.dieAfterChanges = Number.POSITIVE_INFINITY;
      await copyArchive(store, copy, { clock });
      expect(memory.world(BUCKET)).toEqual(whole.memory.world(BUCKET));
      expect(memory.changes).toHaveLength(total);
    }
  });
});

describe("setting an archive aside", () => {
  async function prepared(): Promise<Scene & { readonly move: CopyPlan }> {
    const { memory, store, clock } = scene();
    seedArchive(memory, { at: NEW, cluster: "new", segments: [1, 2, 3] });
    const move = planCopy(NEW, ASIDE, await store.list(BUCKET, `${NEW.prefix}/`));
    return { memory, store, clock, move };
  }

  it("moves every object beside the archive, sentinels first, under the run's name", async () => {
    const { memory, store, move } = await prepared();
    expect(ASIDE.prefix).toBe("backups/78218ded-8a4f-4b83-9b16-6f5d3c1f0a11/dingo-recover/run-1/replaced");
    expect(await setAside(store, move, { inFlight: 1 })).toMatchObject({ objects: 8, moved: 8, alreadyAside: 0 });
    expect(await store.list(BUCKET, `${NEW.prefix}/`)).toEqual([]);
    expect(await store.list(BUCKET, `${ASIDE.prefix}/`)).toHaveLength(8);
    expect(memory.changes[0]).toContain("sentinel.json");
    expect(memory.changes[1]).toBe(`remove ${NEW.prefix}/basebackups_005/${BASE}_backup_stop_sentinel.json`);
  });

  it.each([3, 4])(
    "asks before every copy and every delete, and does nothing after %i of them and a no",
    async (asked) => {
      const { memory, store, move } = await prepared();
      const options = { inFlight: 1, beforeEffect: refusesAfter(asked) };
      await expect(setAside(store, move, options)).rejects.toThrow("taken over");
      expect(memory.changes).toHaveLength(asked);
    },
  );

  it("killed after any change and run again ends in the same world", async () => {
    const whole = await prepared();
    await setAside(whole.store, whole.move, {});
    for (let kill = 0; kill <= 16; kill += 1) {
      const { memory, store, move } = await prepared();
      memory.dieAfterChanges = kill;
      await setAside(store, move, {}).catch(() => undefined);
      memory.dieAfterChanges = Number.POSITIVE_INFINITY;
      await setAside(store, move, {});
      expect(memory.world(BUCKET)).toEqual(whole.memory.world(BUCKET));
      expect(memory.changes).toHaveLength(16);
    }
  });

  it("never moves what was copied in since: a second run after the swap refuses", async () => {
    const { memory, store, clock, move } = await prepared();
    await setAside(store, move, {});
    await copyArchive(store, await plan(memory), { clock });
    const world = memory.world(BUCKET);
    await expect(setAside(store, move, {})).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(memory.world(BUCKET)).toEqual(world);
  });

  it("refuses to lose a segment that a returning container wrote again", async () => {
    const { memory, store, move } = await prepared();
    await setAside(store, move, {});
    memory.seed(BUCKET, `${NEW.prefix}/wal_005/${segment(3)}.lzo`, lzopLike("again"));
    await expect(setAside(store, move, {})).rejects.toThrow(/was written again/);
  });

  it("never takes an object that is nowhere for one that was moved", async () => {
    const { memory, store, move } = await prepared();
    memory.bucket(BUCKET).delete(`${NEW.prefix}/sysids/sysid`);
    expect((await probeSetAside(store, move)).conflicts).toHaveLength(1);
    await expect(setAside(store, move, {})).rejects.toThrow(/is gone, and not aside/);
  });

  it("is undone by the opposite move", async () => {
    const { memory, store, move } = await prepared();
    const before = memory.world(BUCKET);
    await setAside(store, move, {});
    await setAside(store, planCopy(ASIDE, NEW, await store.list(BUCKET, `${ASIDE.prefix}/`)), {});
    expect(memory.world(BUCKET)).toEqual(before);
  });

  it.each(["", "..", "wal", "a/b", "-x", "a b", "run\n"])("has no place for the run named %j", (run) => {
    expect(() => asideLocation(NEW, run)).toThrow(expect.objectContaining({ code: "input-invalid" }));
  });
});

function addSentinel(memory: MemoryObjectStore, name: string, lastModified: string): void {
  add(memory, `basebackups_005/${name}_backup_stop_sentinel.json`, sentinelText(), { lastModified });
}
