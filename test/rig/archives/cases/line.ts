/**
 * WAL-E and PostgreSQL 9.6 on one timeline (`makeLine`): row 1, the first base backup, rows 2 to 4, the second, rows 5
 * to 8, each row in a separate segment.
 */
import { sentinelOf, type Snapshot } from "../snapshot.ts";
import type { Case } from "./case.ts";

const ALL = [1, 2, 3, 4, 5, 6, 7, 8];
const UP_TO_5 = [1, 2, 3, 4, 5];

const removeRow =
  (...rows: readonly number[]) =>
  async (snapshot: Snapshot): Promise<void> => {
    for (const row of rows) await snapshot.remove(await snapshot.segmentWith(row));
  };

const second = (snapshot: Snapshot): string => snapshot.made.bases[1] ?? "";
const startOf = (base: string): string => base.slice("base_".length, "base_".length + 24);

/** The same name in the archive of another cluster that is just as old. */
async function foreign(snapshot: Snapshot, from: Snapshot, row: number): Promise<void> {
  const key = await snapshot.segmentWith(row);
  const name = key.slice("wal_005/".length, -".lzo".length);
  await snapshot.write(key, await from.repacked(await from.segment(name), "lzo"));
}

/** The first base backup and the first segments of another cluster, over those of this one; their dates are the newest. */
async function overwrite(snapshot: Snapshot, other: Snapshot): Promise<void> {
  const base = snapshot.made.bases[0] ?? "";
  const first = /^wal_005\/00000001000000000000000[123]\./;
  const keys = (await other.keys(/^/)).filter((key) => key.includes(base) || first.test(key));
  const isSentinel = (key: string): boolean => key === sentinelOf(base);
  for (const key of [...keys.filter((key) => !isSentinel(key)), ...keys.filter(isSentinel)])
    await snapshot.write(key, await other.read(key));
}

export const lineCases: readonly Case[] = [
  { title: "untouched", verdict: "restorable", base: 1, lost: 0, real: { rows: ALL } },
  {
    title: "a segment in the middle is missing",
    damage: removeRow(6),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "two segments are missing",
    damage: removeRow(5, 7),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 4,
    real: { rows: [1, 2, 3, 4] },
  },
  {
    title: "the newest segment is missing, which no name tells",
    damage: removeRow(8),
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: [1, 2, 3, 4, 5, 6, 7] },
  },
  {
    title: "a segment between the base backups is missing, which the newer one does not need",
    damage: removeRow(3),
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "an empty segment",
    damage: async (snapshot) => snapshot.write(await snapshot.segmentWith(6), ""),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "a segment only as .lz4",
    damage: async (snapshot) => {
      const key = await snapshot.segmentWith(6);
      await snapshot.repack(key, "lz4");
      await snapshot.remove(key);
    },
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "a segment twice, as .lzo and as .lz4",
    damage: async (snapshot) => snapshot.repack(await snapshot.segmentWith(6), "lz4"),
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "a cut segment",
    damage: async (snapshot) => snapshot.cut(await snapshot.segmentWith(6)),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "a cut newest segment",
    damage: async (snapshot) => snapshot.cut(await snapshot.segmentWith(8)),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 1,
    real: { rows: [1, 2, 3, 4, 5, 6, 7] },
  },
  {
    title: "a segment that is no lzop file",
    damage: async (snapshot) =>
      snapshot.change(await snapshot.segmentWith(6), ({ length }) => Buffer.alloc(length, "no segment ")),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "a segment of another cluster",
    damage: async (snapshot, { of }) => foreign(snapshot, await of("brotli"), 6),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "two clusters in one prefix: the newer one wrote over the last two segments",
    damage: async (snapshot, { of }) => {
      const other = await of("brotli");
      for (const row of [7, 8]) await foreign(snapshot, other, row);
    },
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: [1, 2, 3, 4, 5, 6] },
  },
  {
    title: "a segment under the name of its predecessor",
    damage: async (snapshot) =>
      snapshot.write(await snapshot.segmentWith(6), await snapshot.read(await snapshot.segmentWith(7))),
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "a flipped bit in a segment",
    damage: async (snapshot) => snapshot.flip(await snapshot.segmentWith(6)),
    depth: "full",
    verdict: "restorable-with-loss",
    base: 1,
    lost: 3,
    real: { rows: UP_TO_5 },
  },
  {
    title: "the newest base backup has no sentinel",
    damage: (snapshot) => snapshot.remove(sentinelOf(second(snapshot))),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the newest base backup has a cut sentinel",
    damage: (snapshot) => snapshot.cut(sentinelOf(second(snapshot))),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the newest base backup has no parts",
    damage: (snapshot) => snapshot.removeAll(new RegExp(`${second(snapshot)}/tar_partitions/`)),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "a flipped bit in the newest base backup",
    damage: async (snapshot) => snapshot.flip(await snapshot.one(new RegExp(`${second(snapshot)}/tar_partitions/`))),
    depth: "full",
    verdict: "restorable",
    base: 0,
    lost: 0,
    // Its own reader finds that while it reads, and begins from the older one.
    real: { rows: ALL },
  },
  {
    title: "the start segment of the newest base backup is missing",
    damage: async (snapshot) => snapshot.remove(await snapshot.segment(startOf(second(snapshot)))),
    verdict: "restorable-with-loss",
    base: 0,
    lost: 5,
    real: { rows: [1, 2, 3, 4] },
  },
  {
    title: "the start segments of all base backups are missing",
    damage: async (snapshot) => {
      for (const base of snapshot.made.bases) await snapshot.remove(await snapshot.segment(startOf(base)));
    },
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}could not locate required checkpoint record/ },
  },
  {
    title: "no sentinel at all",
    damage: (snapshot) => snapshot.removeAll(/_backup_stop_sentinel\.json$/),
    verdict: "not-restorable",
    real: { fails: /no backups found for fetching/ },
  },
  {
    title: "no WAL at all",
    damage: (snapshot) => snapshot.removeAll(/^wal_005\//),
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}could not locate required checkpoint record/ },
  },
  {
    title: "sentinels whose dates are in the other order, as after a careless copy",
    damage: async (snapshot) => {
      for (const base of snapshot.made.bases.toReversed()) await snapshot.change(sentinelOf(base), (bytes) => bytes);
    },
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the older base backup and the first segments are another cluster's",
    damage: async (snapshot, { of }) => {
      await overwrite(snapshot, await of("twins"));
      // The newest stays the newest.
      await snapshot.change(sentinelOf(second(snapshot)), (bytes) => bytes);
    },
    depth: "deep",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "another cluster wrote the newest base backup over the older one, and the first segments",
    damage: async (snapshot, { of }) => overwrite(snapshot, await of("twins")),
    depth: "deep",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "the segment that the newest base backup begins in is another cluster's",
    damage: async (snapshot, { of }) => {
      const key = await snapshot.segment(startOf(second(snapshot)));
      await snapshot.write(key, await (await of("twins")).read(key));
    },
    depth: "deep",
    verdict: "restorable-with-loss",
    base: 0,
    lost: 5,
    real: { rows: [1, 2, 3, 4] },
  },
  {
    title: "nothing says which release the newest base backup is of",
    damage: (snapshot) => snapshot.remove(`basebackups_005/${second(snapshot)}/extended_version.txt`),
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "objects that are not of the archive",
    damage: async (snapshot) => {
      await snapshot.write("wal_005/README", "hands off");
      await snapshot.write("basebackups_005/notes.txt", "mine");
    },
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "no system identifier beside it, as WAL-E alone leaves it",
    damage: (snapshot) => snapshot.remove("sysids/sysid"),
    depth: "deep",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
  {
    title: "read by WAL-G, as after a change of programs",
    reader: "wal-g",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: ALL },
  },
];
