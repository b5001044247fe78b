/** Several timelines: `makeTree` (PostgreSQL 13) and `makeTwins` (9.6), as their makers tell them. */
import { sentinelOf, type Snapshot } from "../snapshot.ts";
import type { Case } from "./case.ts";

const withoutBase =
  (...indexes: readonly number[]) =>
  async (snapshot: Snapshot): Promise<void> => {
    for (const index of indexes) await snapshot.remove(sentinelOf(snapshot.made.bases[index] ?? ""));
  };

/** The branch of a restore to a point in time is gone: one branch is left, 1 to 4. */
const withoutSibling = (snapshot: Snapshot): Promise<void> => snapshot.removeAll(/^wal_005\/00000005/);

const both =
  (...damages: readonly ((snapshot: Snapshot) => Promise<void>)[]) =>
  async (snapshot: Snapshot): Promise<void> => {
    for (const damage of damages) await damage(snapshot);
  };

const segmentWith =
  (row: number) =>
  async (snapshot: Snapshot): Promise<void> =>
    snapshot.remove(await snapshot.segmentWith(row));

const history =
  (timeline: number) =>
  (snapshot: Snapshot): Promise<void> =>
    snapshot.removeAll(new RegExp(`^wal_005/0000000${timeline}\\.history`));

const UP_TO_12 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const UP_TO_8 = UP_TO_12.slice(0, 8);

export const treeCases: readonly Case[] = [
  {
    title: "untouched: the newest timeline is the one that a restore to a point in time made",
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: [1, 2, 3, 13, 14] },
  },
  {
    title: "untouched, timeline 4 asked for: three switches, two of them in one segment",
    timeline: "4",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: UP_TO_12 },
  },
  {
    title: "untouched, timeline 1 asked for: its end is only a .partial",
    timeline: "1",
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: [1, 2, 3, 4, 5] },
  },
  {
    title: "a base backup of another branch than the newest timeline",
    damage: withoutBase(0),
    timeline: "5",
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}(requested timeline 5 is not a child|could not locate required checkpoint)/ },
  },
  {
    title: "one branch: followed to its newest timeline",
    damage: withoutSibling,
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: UP_TO_12 },
  },
  {
    title: "one branch, from the base backup on timeline 1",
    damage: both(withoutSibling, withoutBase(1)),
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: UP_TO_12 },
  },
  {
    title: "one branch, the segment of two switches is missing",
    damage: both(withoutSibling, segmentWith(11)),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: UP_TO_8 },
  },
  {
    title: "one branch, the segment of the first switch is there only as the .partial of the old timeline",
    damage: both(withoutSibling, withoutBase(1), segmentWith(7)),
    verdict: "restorable-with-loss",
    base: 0,
    lost: 6,
    real: { rows: [1, 2, 3, 4, 5] },
  },
  {
    title: "one branch, a segment of timeline 2 is missing",
    damage: both(withoutSibling, withoutBase(1), segmentWith(8)),
    verdict: "restorable-with-loss",
    base: 0,
    lost: 5,
    real: { rows: [1, 2, 3, 4, 5, 6, 7] },
  },
  {
    title: "one branch, the history of timeline 2 is missing, on which the base backup was made",
    damage: both(withoutSibling, history(2)),
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: UP_TO_12 },
  },
  {
    title: "one branch, the history of its newest timeline is missing",
    damage: both(withoutSibling, history(4)),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: UP_TO_8 },
  },
  {
    title: "one branch, the history of its newest timeline is cut",
    damage: both(withoutSibling, async (snapshot) => snapshot.cut(await snapshot.one(/00000004\.history/))),
    verdict: "restorable-with-loss",
    base: 1,
    lost: 2,
    real: { rows: UP_TO_8 },
  },
  {
    title: "one branch, all histories are missing, and so is the newer base backup",
    damage: both(withoutSibling, withoutBase(1), (snapshot) => snapshot.removeAll(/\.history/)),
    verdict: "restorable-with-loss",
    base: 0,
    lost: 6,
    real: { rows: [1, 2, 3, 4, 5] },
  },
];

export const twinCases: readonly Case[] = [
  {
    title: "untouched: the base backup of the newest timeline, not the newest one",
    verdict: "restorable",
    base: 1,
    lost: 0,
    real: { rows: [1, 2, 4, 6, 8] },
  },
  {
    title: "untouched, timeline 1 asked for",
    timeline: "1",
    verdict: "restorable",
    base: 2,
    lost: 0,
    real: { rows: [1, 2, 3, 5, 7] },
  },
  {
    title: "timeline 2 asked for of a base backup of timeline 1 that began in a segment of the same number",
    damage: withoutBase(0, 1),
    timeline: "2",
    verdict: "not-restorable",
    // The rows are of one branch and the tables of the other: PostgreSQL says nothing.
    real: { silently: ({ ready, rows, whole }) => ready && rows.join() !== whole.join() },
  },
  {
    title: "the same, its own timeline asked for",
    damage: withoutBase(0, 1),
    timeline: "1",
    verdict: "restorable",
    base: 2,
    lost: 0,
    real: { rows: [1, 2, 3, 5, 7] },
  },
  {
    title: "timeline 2 asked for, its first segment missing: the old primary's one would be replayed beyond the switch",
    damage: both(withoutBase(1, 2), segmentWith(4)),
    timeline: "2",
    verdict: "not-restorable",
    real: { silently: ({ ready, rows }) => ready && rows.join() === "1,2,3" },
  },
  {
    title: "the history of timeline 2 is missing",
    damage: both(withoutBase(1, 2), history(2)),
    timeline: "1",
    verdict: "restorable",
    base: 0,
    lost: 0,
    real: { rows: [1, 2, 3, 5, 7] },
  },
];
