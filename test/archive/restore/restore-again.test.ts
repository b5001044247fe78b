/** A restore that goes on: where an earlier one was stopped, and where a base backup turns out damaged. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type PassedOver, restoreFrom } from "../../../src/archive/restore/fallback.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive, type RestoreOutcome, type RestoreProgress } from "../../../src/archive/restore/restore.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import type { ObjectReader } from "../../../src/ports/object-store.ts";
import { ALL, at, besides, text, placeToRestore } from "./place-to-restore.ts";
import {
  LABEL,
  BASE,
  ofSecondWriter,
  packed,
  packedSegment,
  partKey,
  realSegment,
  restorable,
  segmentOf,
  walKey,
} from "../restorable-archive.ts";
import { add, BUCKET, drop, OLD } from "../sample-archive.ts";
import { tarEntry, tarOf } from "../tar-builder.ts";

placeToRestore();

interface Terms {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: RestoreProgress) => void;
}

async function restore(
  store: MemoryObjectStore,
  { beforeEach, ...terms }: Terms & { readonly beforeEach?: () => Promise<void> } = {},
): Promise<RestoreOutcome> {
  const whole = store.reader();
  const reader: ObjectReader = {
    ...whole,
    stream: async (at, request) => {
      await beforeEach?.();
      return await whole.stream(at, request);
    },
  };
  const plan = planRestore(await readArchive(reader, OLD, { times: true }));
  return await restoreArchive(reader, plan, { directory: at(), ...terms });
}

/** Paths and contents, but for the times. */
function treeOf(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, readFileSync(path).toString("latin1"));
    else found.set(path, entry.isSymbolicLink() ? `-> ${readlinkSync(path)}` : "directory");
  }
  return new Map([...found].sort());
}

describe("a restore that was stopped", () => {
  const partial = (...path: readonly string[]): string => besides("data.partial", ...path);
  /** Stops when the first segment behind the base backup comes. */
  const stopped = async (store: MemoryObjectStore): Promise<void> => {
    const stop = new AbortController();
    const terms = {
      signal: stop.signal,
      progress: ({ phase, bytes }: RestoreProgress) => {
        if (phase === "wal" && bytes > 17 * 1024 * 1024) stop.abort(new Error("stopped"));
      },
    };
    await expect(restore(store, terms)).rejects.toThrow("stopped");
  };

  it("goes on from the tar files that are whole, and comes to the same", async () => {
    const store = restorable(ALL);
    const whole = await restore(store);
    const files = treeOf(at());
    rmSync(at(), { recursive: true });
    await stopped(store);
    expect(existsSync(partial("PG_VERSION"))).toBe(true);
    const again = await restore(store);
    expect(again.resumed).toBeGreaterThan(8192);
    expect(again.bytes).toBe(whole.bytes);
    expect(again.fetched).toBeLessThan(whole.fetched);
    expect(treeOf(at())).toEqual(files);
  });

  it("trusts no file because it exists: what is cut, foreign, a link or not noted is made anew", async () => {
    const store = restorable(ALL);
    await restore(store);
    const files = treeOf(at());
    rmSync(at(), { recursive: true });
    await stopped(store);
    writeFileSync(partial("base/1/112"), "cut");
    writeFileSync(partial("global/evil"), "x");
    symlinkSync("/etc/passwd", partial("base/1/evil"));
    writeFileSync(partial("dingo-recover/wal", segmentOf(17)), Buffer.alloc(16 * 1024 * 1024));
    await restore(store);
    expect(treeOf(at())).toEqual(files);
  });

  it("takes nothing that came of an object that was rewritten since, and keeps the rest", async () => {
    const store = restorable(ALL);
    await stopped(store);
    const key = `${OLD.prefix}/${partKey(0)}`;
    const bytes = store.bucket(BUCKET).get(key)?.bytes ?? Buffer.alloc(0);
    store.seed(BUCKET, key, bytes, { etag: "0123456789abcdef0123456789abcdef" });
    const again = await restore(store);
    expect(again.resumed).toBeGreaterThan(8192);
    expect(again.resumed).toBeLessThan(8192 + 16 * 1024 * 1024 + 8192);
    expect(text("base/1/112")).toHaveLength(8192);
  });

  it("is taken up if a kill came before its mark was there", async () => {
    mkdirSync(partial("dingo-recover"), { recursive: true });
    writeFileSync(partial("dingo-recover/restoring.json.99999999"), "{");
    await restore(restorable());
    expect(existsSync(at("dingo-recover/restoring.json.99999999"))).toBe(false);
    expect(readdirSync(besides())).toEqual(["data"]);
  });

  it("is left alone while another process is at work on it, and taken over when that is gone", async () => {
    mkdirSync(partial("dingo-recover"), { recursive: true });
    const mark = (pid: number): void =>
      writeFileSync(partial("dingo-recover/restoring.json"), JSON.stringify({ pid, host: hostname() }));
    mark(process.ppid);
    await expect(restore(restorable())).rejects.toMatchObject({ code: "locked" });
    expect(readdirSync(partial("dingo-recover"))).toEqual(["restoring.json"]);
    mark(2 ** 22 + 1);
    await restore(restorable());
    expect(readdirSync(besides())).toEqual(["data"]);
  });

  it("counts as at work if another host holds it, until somebody who knows takes its mark away", async () => {
    const store = restorable(ALL);
    await stopped(store);
    const mark = partial("dingo-recover/restoring.json");
    writeFileSync(mark, JSON.stringify({ pid: 2 ** 22 + 1, host: "other.example", started: "x:1", token: "y" }));
    const refused = restore(store);
    await expect(refused).rejects.toMatchObject({ code: "locked", message: expect.stringContaining("other.example") });
    await expect(refused).rejects.toMatchObject({ remedy: expect.stringContaining(mark) });
    rmSync(mark);
    expect((await restore(store)).resumed).toBeGreaterThan(8192);
    expect(readdirSync(besides())).toEqual(["data"]);
  });

  it("counts as at work if a container of the same host name holds it, whatever its pid is here", async () => {
    const store = restorable(ALL);
    await stopped(store);
    const mark = partial("dingo-recover/restoring.json");
    for (const pid of [2 ** 22 + 1, process.pid, 1]) {
      const holder = { pid, host: hostname(), started: "x:1", namespace: "pid:[1]", token: "y" };
      writeFileSync(mark, JSON.stringify(holder));
      const refused = restore(store);
      await expect(refused).rejects.toMatchObject({ code: "locked", remedy: expect.stringContaining(mark) });
      expect(JSON.parse(readFileSync(mark, "utf8"))).toEqual(holder);
    }
    rmSync(mark);
    expect((await restore(store)).resumed).toBeGreaterThan(8192);
  });

  it("is not joined by another one of the same process", async () => {
    const store = restorable(ALL);
    let second: Promise<unknown> | undefined;
    const beforeEach = async (): Promise<void> => {
      second ??= restore(store).catch((thrown: unknown) => thrown);
      await second;
    };
    await restore(store, { beforeEach });
    expect(await second).toMatchObject({ code: "locked" });
  });

  it("gives its directory no name, and removes nothing, if another one has taken it over meanwhile", async () => {
    const mark = JSON.stringify({ pid: 7, host: "other.example", started: "x:1", token: "y" });
    const beforeEach = (): Promise<void> => {
      writeFileSync(partial("dingo-recover/restoring.json"), mark);
      return Promise.resolve();
    };
    await expect(restore(restorable(ALL), { beforeEach })).rejects.toMatchObject({ code: "locked" });
    expect(readdirSync(besides())).toEqual(["data.partial"]);
    expect(readFileSync(partial("dingo-recover/restoring.json"), "utf8")).toBe(mark);
  });

  it("begins anew if its notes are cut in the first line, of another archive, or the objects are others", async () => {
    const store = restorable(ALL);
    await stopped(store);
    const part = Buffer.from(store.bucket("our-postgresql-backups").get(`${OLD.prefix}/${partKey(0)}`)?.bytes ?? []);
    drop(store, partKey(0));
    add(store, partKey(0), Buffer.concat([part]));
    writeFileSync(partial("dingo-recover/restored.jsonl"), '0 {"schema":"dingo');
    expect((await restore(store)).resumed).toBe(0);
    expect(text("PG_VERSION")).toBe("9.6\n");
  });
});

describe("a branch whose WAL turns out to end early while it is read", () => {
  const branched = (spoilt: (content: Buffer) => Uint8Array): MemoryObjectStore => {
    const store = restorable(ALL);
    const switched = Buffer.from("1\t0/11000000\tno recovery target specified\n");
    const firsts = [packed(realSegment("9.6", 17)), spoilt(realSegment("9.6", 17))];
    for (const [index, content] of firsts.entries()) {
      const timeline = `0000000${index + 2}`;
      add(store, `wal_005/${timeline}.history.lzo`, packed(switched));
      add(store, `wal_005/${timeline}${segmentOf(17).slice(8)}.lzo`, content);
    }
    return store;
  };

  async function restored(store: MemoryObjectStore, base?: string) {
    const facts = await readArchive(store.reader(), OLD, { times: true });
    const told: PassedOver[] = [];
    return {
      ...(await restoreFrom(store.reader(), facts, { directory: at(), base, passedOver: (each) => told.push(each) })),
      told,
    };
  }

  it.each([
    ["cut", (content: Buffer) => packed(content).subarray(0, 9000), "000000030000000000000011 cannot be used"],
    [
      "of a second writer",
      (content: Buffer) => packed(ofSecondWriter(content)),
      `the records of ${segmentOf(16)} end at 0/11000000`,
    ],
  ])("is left for the one that brings back more: its first segment is %s", async (_what, spoilt, why) => {
    for (const base of [undefined, BASE]) {
      const { plan, passedOver, told } = await restored(branched(spoilt), base);
      expect(plan.timeline).toBe(2);
      expect(told).toEqual(passedOver);
      expect(passedOver).toEqual([
        { base: BASE, instead: BASE, timelines: { from: 3, to: 2 }, why: expect.stringContaining(why) as string },
      ]);
      expect(readdirSync(at("dingo-recover/wal")).filter((name) => !name.endsWith(".history"))).toEqual([
        ...[15, 16].map(segmentOf),
        `00000002${segmentOf(17).slice(8)}`,
      ]);
      expect(readdirSync(besides())).toEqual(["data"]);
      rmSync(at(), { recursive: true });
    }
  });

  it("is left, too, if the base backup needs that segment, and an older one does not", async () => {
    const store = restorable(ALL);
    // A start has to be the beginning of a record: here the second.
    const second = (40 + realSegment("9.6", 15).readUInt32LE(40) + 7) & ~7;
    const LATER = BASE.replace(/40$/, String(second).padStart(2, "0"));
    const later = restorable({ ...ALL, label: LABEL.replace("F000028", "F000070") });
    for (const [key, { bytes }] of [...later.bucket(BUCKET)].filter(([each]) => each.includes(BASE))) {
      const relative = key.slice(OLD.prefix.length + 1).replace(BASE, LATER);
      const content = relative.endsWith(".json")
        ? Buffer.from(String(Buffer.from(bytes)).replace(segmentOf(15), segmentOf(16)))
        : bytes;
      add(store, relative, content, { lastModified: "2026-11-22T00:52:36.000Z" });
    }
    add(store, walKey(16), packedSegment("9.6", 16).subarray(0, 9000));
    const { plan, passedOver, told } = await restored(store);
    expect(passedOver).toEqual([
      {
        ...{ base: LATER, instead: BASE, timelines: { from: 1, to: 1 } },
        why: expect.stringContaining(`"${LATER}" needs the segment ${segmentOf(16)}`) as string,
      },
    ]);
    expect([told, plan.base, plan.lost]).toEqual([passedOver, BASE, { missing: 1, unreachable: 1, segments: 2 }]);
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15)]);
    rmSync(at(), { recursive: true });
    await expect(restored(store, LATER)).rejects.toMatchObject({ code: "not-restorable" });
  });

  it("is kept if it still brings back the most, and its loss is told once", async () => {
    const store = restorable(ALL);
    add(store, walKey(16), packedSegment("9.6", 16).subarray(0, 9000));
    const { plan, passedOver } = await restored(store);
    expect([passedOver, plan.timeline, plan.lost]).toEqual([[], 1, { missing: 1, unreachable: 1, segments: 2 }]);
  });
});

describe("a newest base backup that turns out damaged while it is read", () => {
  const NEWER = "base_000000010000000000000010_00000040";
  /** A second base backup, begun in segment 16, with a bit flipped in its only part. */
  function withDamagedNewer(segments: readonly number[] = ALL.segments): MemoryObjectStore {
    const store = restorable({ segments });
    const part = packed(tarOf(tarEntry("PG_VERSION", { content: "9.6\n" })));
    part[60] = (part[60] ?? 0) ^ 1;
    const at = { lastModified: "2026-11-22T00:52:36.000Z" };
    add(store, `basebackups_005/${NEWER}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64-pc-linux-gnu\n", at);
    add(store, `basebackups_005/${NEWER}/tar_partitions/part_00000000.tar.lzo`, part, at);
    const stop = { wal_segment_backup_stop: segmentOf(16), wal_segment_offset_backup_stop: "00000304" };
    const sentinel = { ...stop, expanded_size_bytes: 4, spec: { base_prefix: "/data", tablespaces: [] } };
    add(store, `basebackups_005/${NEWER}_backup_stop_sentinel.json`, JSON.stringify(sentinel), at);
    return store;
  }

  async function withFallback(store: MemoryObjectStore, base?: string, targetTime?: Date) {
    const facts = await readArchive(store.reader(), OLD, { times: true });
    const told: PassedOver[] = [];
    const terms = { directory: at(), base, targetTime, passedOver: (passed: PassedOver) => told.push(passed) };
    return { ...(await restoreFrom(store.reader(), facts, terms)), told };
  }

  it("is passed over for the one before it, which brings back as much, and this is told", async () => {
    const { plan, outcome, passedOver, told } = await withFallback(withDamagedNewer());
    expect(plan.base).toBe(BASE);
    expect(outcome.wal.segments.map(({ name }) => name)).toEqual([15, 16, 17].map(segmentOf));
    expect(passedOver).toEqual([
      { base: NEWER, instead: BASE, why: expect.stringContaining("cannot be used") as string },
    ]);
    expect(told).toEqual(passedOver);
    expect(text("base/1/112")).toHaveLength(8192);
    expect(readdirSync(besides())).toEqual(["data"]);
  });

  it("is passed over on the way to a moment, too", async () => {
    const { plan } = await withFallback(withDamagedNewer(), undefined, new Date("2026-11-22T00:52:37Z"));
    expect(plan.base).toBe(BASE);
  });

  it("is not passed over if its name was given, nor if something would be lost", async () => {
    await expect(withFallback(withDamagedNewer(), NEWER)).rejects.toMatchObject({ code: "not-restorable" });
    const gap = withDamagedNewer();
    add(gap, walKey(16), packedSegment("9.6", 16).subarray(0, 100_000));
    await expect(withFallback(gap)).rejects.toMatchObject({ code: "not-restorable" });
    expect(readdirSync(besides())).toEqual([]);
    const { outcome } = await withFallback(gap, BASE);
    expect(outcome.wal.broken?.name).toBe(segmentOf(16));
  });

  it("leaves it to a person if the one before it brings back less", async () => {
    const store = withDamagedNewer();
    drop(store, walKey(15));
    add(store, walKey(15), "");
    const refused: unknown = await withFallback(store).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "not-restorable" });
  });
});
