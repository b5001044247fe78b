/**
 * WAL-E and PostgreSQL 9.6 on one timeline (`makeLine`): row 1, the first base backup, rows 2 to 4, the second, rows 5
 * to 8, each row in a separate segment.
 */
import { sentinelOf } from "../snapshot.ts";
import { type Cases, upTo } from "./case.ts";
import {
  all,
  alsoAs,
  cut,
  type Damage,
  each,
  emptied,
  flipped,
  matching,
  ofAnother,
  onlyAs,
  parts,
  removed,
  row,
  sentinel,
  startOf,
  touched,
} from "./damage.ts";

const NO_CHECKPOINT = /FATAL: {2}could not locate required checkpoint record/;

/** The first base backup and the first segments of another cluster, over those of this one; their dates are the newest. */
const overwritten: Damage = async (snapshot, { of }) => {
  const other = await of("twins");
  const base = snapshot.made.bases[0] ?? "";
  const first = /^wal_005\/00000001000000000000000[123]\./;
  const keys = (await other.keys(/^/)).filter((key) => key.includes(base) || first.test(key));
  const isSentinel = (key: string): boolean => key === sentinelOf(base);
  for (const key of [...keys.filter((key) => !isSentinel(key)), ...keys.filter(isSentinel)])
    await snapshot.write(key, await other.read(key));
};

const withoutRelease: Damage = (snapshot) =>
  snapshot.remove(`basebackups_005/${snapshot.made.bases[1] ?? ""}/extended_version.txt`);
const noSegment = each((snapshot, key) => snapshot.change(key, ({ length }) => Buffer.alloc(length, "no segment ")));
const namedAsBefore: Damage = async (snapshot) =>
  snapshot.write(await snapshot.segmentWith(6), await snapshot.read(await snapshot.segmentWith(7)));
const strangers: Damage = async (snapshot) => {
  await snapshot.write("wal_005/README", "hands off");
  await snapshot.write("basebackups_005/notes.txt", "mine");
};

export const lineCases: Cases = {
  untouched: { base: 1, rows: upTo(8) },
  "a segment in the middle is missing": { damage: removed(row(6)), base: 1, lost: 3, rows: upTo(5) },
  "two segments are missing": { damage: removed(row(5), row(7)), base: 1, lost: 4, rows: upTo(4) },
  "the newest segment is missing, which no name tells": { damage: removed(row(8)), base: 1, rows: upTo(7) },
  "a segment between the base backups is missing, which the newer one does not need": {
    damage: removed(row(3)),
    base: 1,
    rows: upTo(8),
  },
  "an empty segment": { damage: emptied(row(6)), base: 1, lost: 3, rows: upTo(5) },
  "a segment only as .lz4": { damage: onlyAs("lz4")(row(6)), base: 1, lost: 3, rows: upTo(5) },
  "a segment twice, as .lzo and as .lz4": { damage: alsoAs("lz4")(row(6)), base: 1, rows: upTo(8) },
  "a cut segment": { damage: cut(row(6)), depth: "deep", base: 1, lost: 3, rows: upTo(5) },
  "a cut newest segment": { damage: cut(row(8)), depth: "deep", base: 1, lost: 1, rows: upTo(7) },
  "a segment that is no lzop file": { damage: noSegment(row(6)), depth: "deep", base: 1, lost: 3, rows: upTo(5) },
  "a segment of another cluster": {
    damage: ofAnother("brotli")(row(6)),
    depth: "deep",
    base: 1,
    lost: 3,
    rows: upTo(5),
  },
  "two clusters in one prefix: the newer one wrote over the last two segments": {
    damage: ofAnother("brotli")(row(7), row(8)),
    depth: "deep",
    base: 1,
    lost: 2,
    rows: upTo(6),
  },
  "a segment under the name of its predecessor": {
    damage: namedAsBefore,
    depth: "deep",
    base: 1,
    lost: 3,
    rows: upTo(5),
  },
  "a flipped bit in a segment": { damage: flipped(row(6)), depth: "full", base: 1, lost: 3, rows: upTo(5) },
  "the newest base backup has no sentinel": { damage: removed(sentinel(1)), base: 0, rows: upTo(8) },
  "the newest base backup has a cut sentinel": { damage: cut(sentinel(1)), base: 0, rows: upTo(8) },
  "the newest base backup has no parts": { damage: removed(parts(1)), base: 0, rows: upTo(8) },
  // Its own reader finds that while it reads, and begins from the older one.
  "a flipped bit in the newest base backup": {
    damage: flipped(parts(1, "part_00000000")),
    depth: "full",
    base: 0,
    rows: upTo(8),
  },
  "the start segment of the newest base backup is missing": {
    damage: removed(startOf(1)),
    base: 0,
    lost: 5,
    rows: upTo(4),
  },
  "the start segments of all base backups are missing": {
    damage: removed(startOf(0), startOf(1)),
    fails: NO_CHECKPOINT,
  },
  "no sentinel at all": {
    damage: removed(matching(/_backup_stop_sentinel\.json$/)),
    fails: /no backups found for fetching/,
  },
  "no WAL at all": { damage: removed(matching(/^wal_005\//)), fails: NO_CHECKPOINT },
  "sentinels whose dates are in the other order, as after a careless copy": {
    damage: touched(sentinel(1), sentinel(0)),
    base: 1,
    rows: upTo(8),
  },
  "the older base backup and the first segments are another cluster's": {
    // The newest stays the newest.
    damage: all(overwritten, touched(sentinel(1))),
    depth: "deep",
    base: 1,
    rows: upTo(8),
  },
  "another cluster wrote the newest base backup over the older one, and the first segments": {
    damage: overwritten,
    depth: "deep",
    base: 1,
    rows: upTo(8),
  },
  "the segment that the newest base backup begins in is another cluster's": {
    damage: ofAnother("twins")(startOf(1)),
    depth: "deep",
    base: 0,
    lost: 5,
    rows: upTo(4),
  },
  "nothing says which release the newest base backup is of": {
    damage: withoutRelease,
    base: 1,
    rows: upTo(8),
  },
  "objects that are not of the archive": { damage: strangers, base: 1, rows: upTo(8) },
  "no system identifier beside it, as WAL-E alone leaves it": {
    damage: removed(matching(/^sysids\/sysid$/)),
    depth: "deep",
    base: 1,
    rows: upTo(8),
  },
  "read by WAL-G, as after a change of programs": { reader: "wal-g", base: 1, rows: upTo(8) },
};
