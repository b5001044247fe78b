/** WAL-G: `makeDeltas` (PostgreSQL 13, lz4, a delta backup, a failover) and `makeLine` (9.6, brotli). */
import { sentinelOf } from "../snapshot.ts";
import { type Cases, upTo } from "./case.ts";
import {
  all,
  cut,
  type Damage,
  each,
  flipped,
  history,
  matching,
  ofAnother,
  onlyAs,
  parts,
  removed,
  row,
  sentinel,
} from "./damage.ts";

const alsoWholeAsLzo = each(async (snapshot, key) => {
  await snapshot.repack(key, "lzo");
  await snapshot.cut(key);
});

/** Sentinels name their parts. */
const partsNamedZst: Damage = async (snapshot) => {
  for (const name of snapshot.made.bases)
    await snapshot.change(sentinelOf(name), (bytes) => Buffer.from(bytes.toString().replaceAll(".tar.br", ".tar.zst")));
};

export const deltaCases: Cases = {
  "untouched: the delta on top of the whole backup": { base: 1, rows: upTo(7) },
  "the backup that the delta builds on has no sentinel": { damage: removed(sentinel(0)), fails: /does not exist/ },
  "the delta has a cut sentinel": { damage: cut(sentinel(1)), base: 0, rows: upTo(7) },
  "the delta has no pg_control": { damage: removed(parts(1, "pg_control")), base: 0, rows: upTo(7) },
  "a part of the whole backup is missing": { damage: removed(parts(0, "part_002")), fails: /could not open file/ },
  "the joint segment is missing": { damage: removed(row(6)), base: 1, lost: 2, rows: upTo(4) },
  "a segment in the middle is missing": { damage: removed(row(4)), base: 1, lost: 3, rows: upTo(3) },
  "the history is missing": { damage: removed(history(2)), base: 1, lost: 2, rows: upTo(4) },
  "a cut segment": { damage: cut(row(4)), depth: "deep", base: 1, lost: 3, rows: upTo(3) },
  "a segment only as .lzo, as WAL-E left it": { damage: onlyAs("lzo")(row(4)), base: 1, rows: upTo(7) },
  "a segment twice, as a cut .lz4 and as a whole .lzo": {
    damage: alsoWholeAsLzo(row(4)),
    depth: "deep",
    base: 1,
    lost: 3,
    rows: upTo(3),
    // WAL-G takes the first ending that it finds.
    own: { rows: upTo(7) },
  },
  "the whole backup has no pg_control, which the delta has": {
    damage: removed(parts(0, "pg_control")),
    fails: /Expect pg_control archive, but not found/,
  },
  "a flipped bit in a part of the delta": {
    damage: flipped(parts(1, "part_001")),
    depth: "full",
    base: 0,
    rows: upTo(7),
  },
  "read by WAL-E, which does not know such backups": { reader: "wal-e", fails: /no backups found for fetching/ },
};

export const brotliCases: Cases = {
  untouched: { base: 1, rows: upTo(8) },
  "packed anew with zstd, which this version of WAL-G reads and does not write": {
    damage: all(onlyAs("zst")(matching(/\.br$/)), partsNamedZst),
    base: 1,
    rows: upTo(8),
  },
  "a flipped bit in a segment, whose packing has no checksum": {
    damage: flipped(row(6)),
    depth: "full",
    base: 1,
    lost: 3,
    rows: upTo(5),
  },
  "a segment of another cluster": { damage: ofAnother("line")(row(6)), depth: "deep", base: 1, lost: 3, rows: upTo(5) },
  "the newest base backup is broken, an older one is whole": {
    damage: removed(parts(1, "part_002")),
    base: 0,
    rows: upTo(8),
  },
};
