/**
 * WAL-E and PostgreSQL 13, a base backup of two parts whose WAL spans several segments (`makeWide`): it needs those with rows
 * 2, 3 and 4, and rows 5 and 6 lie behind its end.
 */
import type { Snapshot } from "../snapshot.ts";
import { type Cases, upTo } from "./case.ts";
import { type Aim, cut, flipped, parts, removed } from "./damage.ts";

/** Segments of the base backup, as the server told them in the file that it archived at its end. */
async function spanOf(
  snapshot: Snapshot,
): Promise<{ readonly start: string; readonly checkpoint: string; readonly stop: string }> {
  const key = await snapshot.one(/\.backup\.lzo$/);
  const text = Buffer.from(await snapshot.unpacked(key)).toString();
  const find = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
  const checkpoint = snapshot.made.chronicle.segmentAt(find(/^CHECKPOINT LOCATION: (\S+)$/m));
  const [start, stop] = [
    find(/^START WAL LOCATION: \S+ \(file (\w+)\)$/m),
    find(/^STOP WAL LOCATION: \S+ \(file (\w+)\)$/m),
  ];
  if (!(start < checkpoint && checkpoint < stop)) throw new Error(`the backup spans too little: ${text}`);
  return { start, checkpoint, stop };
}

const needed =
  (which: "start" | "checkpoint" | "stop"): Aim =>
  async (snapshot) => [await snapshot.segment((await spanOf(snapshot))[which])];

const NO_CONTROL = /could not find the database system|brought no PG_VERSION/;
const NO_END = /FATAL: {2}WAL ends before end of online backup/;

export const wideCases: Cases = {
  untouched: { base: 0, rows: upTo(6) },
  "the start segment is missing": {
    damage: removed(needed("start")),
    fails: /FATAL: {2}could not (locate required checkpoint record|find redo location)/,
  },
  "the segment of the checkpoint record is missing, behind the start segment": {
    damage: removed(needed("checkpoint")),
    fails: /FATAL: {2}(could not locate required checkpoint record|WAL ends before end of online backup)/,
  },
  "the stop segment is missing": { damage: removed(needed("stop")), fails: NO_END },
  "the stop segment is cut": { damage: cut(needed("stop")), depth: "deep", fails: NO_END },
  "the first part is missing": { damage: removed(parts(0, "part_00000000")), fails: NO_CONTROL },
  "the last part is missing, which no name tells": {
    damage: removed(parts(0, "part_00000001")),
    depth: "full",
    fails: NO_CONTROL,
  },
  "a flipped bit in a part": {
    damage: flipped(parts(0, "part_00000000")),
    depth: "full",
    fails: /PG_VERSION" is missing|could not open file|could not find the database system|brought no PG_VERSION/,
  },
  "a cut part": { damage: cut(parts(0, "part_00000001")), depth: "deep", fails: /unexpected end of data/ },
};
