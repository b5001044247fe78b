/** Several timelines: `makeTree` (PostgreSQL 13) and `makeTwins` (9.6), as their makers tell them. */
import { type Cases, upTo } from "./case.ts";
import { all, cut, type Damage, history, matching, removed, row, sentinel } from "./damage.ts";

/** The branch of a restore to a point in time is gone: one branch is left, 1 to 4. */
const oneBranch = (...damages: readonly Damage[]): Damage => all(removed(matching(/^wal_005\/00000005/)), ...damages);

export const treeCases: Cases = {
  "untouched: the newest timeline is the one that a restore to a point in time made": {
    base: 0,
    rows: [1, 2, 3, 13, 14],
  },
  "untouched, timeline 4 asked for: three switches, two of them in one segment": {
    timeline: "4",
    base: 1,
    rows: upTo(12),
  },
  "untouched, timeline 1 asked for: its end is only a .partial": { timeline: "1", base: 0, rows: upTo(5) },
  "a base backup of another branch than the newest timeline": {
    damage: removed(sentinel(0)),
    timeline: "5",
    fails: /FATAL: {2}(requested timeline 5 is not a child|could not locate required checkpoint)/,
  },
  "one branch: followed to its newest timeline": { damage: oneBranch(), base: 1, rows: upTo(12) },
  "one branch, from the base backup on timeline 1": {
    damage: oneBranch(removed(sentinel(1))),
    base: 0,
    rows: upTo(12),
  },
  "one branch, the segment of two switches is missing": {
    damage: oneBranch(removed(row(11))),
    base: 1,
    lost: 2,
    rows: upTo(8),
  },
  "one branch, the segment of the first switch is there only as the .partial of the old timeline": {
    damage: oneBranch(removed(sentinel(1), row(7))),
    base: 0,
    lost: 6,
    rows: upTo(5),
  },
  "one branch, a segment of timeline 2 is missing": {
    damage: oneBranch(removed(sentinel(1), row(8))),
    base: 0,
    lost: 5,
    rows: upTo(7),
  },
  "one branch, the history of timeline 2 is missing, on which the base backup was made": {
    damage: oneBranch(removed(history(2))),
    base: 1,
    rows: upTo(12),
  },
  "one branch, the history of its newest timeline is missing": {
    damage: oneBranch(removed(history(4))),
    base: 1,
    lost: 2,
    rows: upTo(8),
  },
  "one branch, the history of its newest timeline is cut": {
    damage: oneBranch(cut(history(4))),
    base: 1,
    lost: 2,
    rows: upTo(8),
  },
  "one branch, all histories are missing, and so is the newer base backup": {
    damage: oneBranch(removed(sentinel(1), matching(/\.history/))),
    base: 0,
    lost: 6,
    rows: upTo(5),
  },
};

export const twinCases: Cases = {
  "untouched: the base backup of the newest timeline, not the newest one": { base: 1, rows: [1, 2, 4, 6, 8] },
  "untouched, timeline 1 asked for": { timeline: "1", base: 2, rows: [1, 2, 3, 5, 7] },
  "timeline 2 asked for of a base backup of timeline 1 that began in a segment of the same number": {
    damage: removed(sentinel(0), sentinel(1)),
    timeline: "2",
    // The rows are of one branch and the tables of the other: PostgreSQL says nothing.
    silently: ({ ready, rows, whole }) => ready && rows.join() !== whole.join(),
  },
  "the same, its own timeline asked for": {
    damage: removed(sentinel(0), sentinel(1)),
    timeline: "1",
    base: 2,
    rows: [1, 2, 3, 5, 7],
  },
  "timeline 2 asked for, its first segment missing: the old primary's one would be replayed beyond the switch": {
    damage: removed(sentinel(1), sentinel(2), row(4)),
    timeline: "2",
    silently: ({ ready, rows }) => ready && rows.join() === "1,2,3",
  },
  "the history of timeline 2 is missing": {
    damage: removed(sentinel(1), sentinel(2), history(2)),
    timeline: "1",
    base: 0,
    rows: [1, 2, 3, 5, 7],
  },
};
