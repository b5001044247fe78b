/** WAL whose records end inside a segment, as a part of one that was stored under its name: PostgreSQL replays no further. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../src/archive/reading/facts.js";
import { planRestore } from "../../src/archive/restore/plan.js";
import { restoreArchive, type RestoreOutcome } from "../../src/archive/restore/restore.js";
import type { MemoryObjectStore } from "../fakes/memory-object-store.js";
import { ALL, at, besides, placeToRestore, text } from "./place-to-restore.js";
import { BASE, packed, partialUnderFullName, restorable, segmentOf, walKey } from "./restorable-archive.js";
import { add, OLD, sentinelText } from "./sample-archive.js";

placeToRestore();

async function restore(store: MemoryObjectStore): Promise<RestoreOutcome> {
  const reader = store.reader();
  const plan = planRestore(await readArchive(reader, OLD, { times: true }));
  return await restoreArchive(reader, plan, { directory: besides("data") });
}

describe("WAL that ends", () => {
  it("inside a segment that others follow is restored up to there, and what lies behind is neither brought nor planned", async () => {
    const store = restorable(ALL);
    add(store, walKey(16), packed(partialUnderFullName("9.6", 16)));
    const { wal } = await restore(store);
    expect(wal.cut).toMatchObject({ name: segmentOf(16), lsn: expect.stringMatching(/^0\/10000/) as string });
    expect(wal.broken).toBeUndefined();
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15), segmentOf(16)]);
    expect(text("dingo-recover/planned")).toBe(`${segmentOf(15)}\n${segmentOf(16)}\n`);
  });

  it("inside the last segment is the end of all, and no cut", async () => {
    const store = restorable({ segments: [15, 16] });
    add(store, walKey(16), packed(partialUnderFullName("9.6", 16)));
    const { wal } = await restore(store);
    expect(wal).toMatchObject({ cut: undefined, broken: undefined });
    expect(wal.segments).toHaveLength(2);
  });

  it("inside a segment that the base backup needs is refused, with the place", async () => {
    const store = restorable(ALL);
    const stop = sentinelText(segmentOf(16), { expanded_size_bytes: 16_481 });
    const lastModified = "2026-11-22T00:52:31.000Z";
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, stop, { lastModified });
    add(store, walKey(15), packed(partialUnderFullName("9.6", 15)), { lastModified });
    const message = expect.stringContaining(`needs the segment ${segmentOf(15)}: its records end at 0/F0000`) as string;
    await expect(restore(store)).rejects.toMatchObject({ code: "not-restorable", message });
    expect(readdirSync(besides())).toEqual([]);
  });
});
