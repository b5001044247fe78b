/** WAL-G: `makeDeltas` (PostgreSQL 13, lz4, a delta backup, a failover) and `makeLine` (9.6, brotli). */
import { sentinelOf, type Snapshot } from "../snapshot.ts";
import type { Case } from "./case.ts";

const base = (snapshot: Snapshot, index: number): string => snapshot.made.bases[index] ?? "";
const tar = (snapshot: Snapshot, index: number, name: string): Promise<string> =>
  snapshot.one(new RegExp(`^basebackups_005/${base(snapshot, index)}/tar_partitions/${name}\\.tar`));

const removeRow =
  (row: number) =>
  async (snapshot: Snapshot): Promise<void> =>
    snapshot.remove(await snapshot.segmentWith(row));

async function repackAll(snapshot: Snapshot, matching: RegExp, ending: "zst" | "lzo"): Promise<void> {
  for (const key of await snapshot.keys(matching)) {
    await snapshot.repack(key, ending);
    await snapshot.remove(key);
  }
}

const ALL = [1, 2, 3, 4, 5, 6, 7];

export const deltaCases: readonly Case[] = [
  {
    title: "untouched: the delta on top of the whole backup",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the backup that the delta builds on has no sentinel",
    damage: (snapshot) => snapshot.remove(sentinelOf(base(snapshot, 0))),
    verdict: "not-restorable",
    real: { fails: /does not exist/ },
  },
  {
    title: "the delta has a cut sentinel",
    damage: (snapshot) => snapshot.cut(sentinelOf(base(snapshot, 1))),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the delta has no pg_control",
    damage: async (snapshot) => snapshot.remove(await tar(snapshot, 1, "pg_control")),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "a part of the whole backup is missing",
    damage: async (snapshot) => snapshot.remove(await tar(snapshot, 0, "part_002")),
    verdict: "not-restorable",
    real: { fails: /could not open file/ },
  },
  {
    title: "the joint segment is missing",
    damage: removeRow(6),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: [1, 2, 3, 4] },
  },
  {
    title: "a segment in the middle is missing",
    damage: removeRow(4),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: [1, 2, 3] },
  },
  {
    title: "the history is missing",
    damage: (snapshot) => snapshot.removeAll(/\.history/),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: [1, 2, 3, 4] },
  },
  {
    title: "a cut segment",
    damage: async (snapshot) => snapshot.cut(await snapshot.segmentWith(4)),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: [1, 2, 3] },
  },
  {
    title: "a segment only as .lzo, as WAL-E left it",
    damage: async (snapshot) => {
      const key = await snapshot.segmentWith(4);
      await snapshot.repack(key, "lzo");
      await snapshot.remove(key);
    },
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "a segment twice, as a cut .lz4 and as a whole .lzo",
    damage: async (snapshot) => {
      const key = await snapshot.segmentWith(4);
      await snapshot.repack(key, "lzo");
      await snapshot.cut(key);
    },
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: [1, 2, 3] },
    // WAL-G takes the first ending that it finds.
    own: { rows: ALL },
  },
  {
    title: "the whole backup has no pg_control, which the delta has",
    damage: async (snapshot) => snapshot.remove(await tar(snapshot, 0, "pg_control")),
    verdict: "not-restorable",
    real: { fails: /Expect pg_control archive, but not found/ },
  },
  {
    title: "a flipped bit in a part of the delta",
    damage: async (snapshot) => snapshot.flip(await tar(snapshot, 1, "part_001")),
    depth: "full",
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "read by WAL-E, which does not know such backups",
    reader: "wal-e",
    verdict: "not-restorable",
    real: { fails: /no backups found for fetching/ },
  },
];

export const brotliCases: readonly Case[] = [
  { title: "untouched", verdict: "restorable", base: 1, lost: 0, real: { rows: [1, 2, 3, 4, 5, 6, 7, 8] } },
  {
    title: "packed anew with zstd, which this version of WAL-G reads and does not write",
    damage: async (snapshot) => {
      await repackAll(snapshot, /\.br$/, "zst");
      // They name their parts.
      for (const name of snapshot.made.bases)
        await snapshot.change(sentinelOf(name), (bytes) =>
          Buffer.from(bytes.toString().replaceAll(".tar.br", ".tar.zst")),
        );
    },
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: [1, 2, 3, 4, 5, 6, 7, 8] },
  },
  {
    title: "a flipped bit in a segment, whose packing has no checksum",
    damage: async (snapshot) => snapshot.flip(await snapshot.segmentWith(6)),
    depth: "full",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: [1, 2, 3, 4, 5] },
  },
  {
    title: "a segment of another cluster",
    damage: async (snapshot, { of }) => {
      const other = await of("line");
      const key = await snapshot.segmentWith(6);
      const name = key.slice("wal_005/".length, -".br".length);
      await snapshot.write(key, await other.repacked(await other.segment(name), "br"));
    },
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: [1, 2, 3, 4, 5] },
  },
  {
    title: "the newest base backup is broken, an older one is whole",
    damage: async (snapshot) => snapshot.remove(await tar(snapshot, 1, "part_002")),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: [1, 2, 3, 4, 5, 6, 7, 8] },
  },
];
