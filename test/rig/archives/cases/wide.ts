/**
 * WAL-E and PostgreSQL 13, a base backup of two parts whose WAL spans several segments (`makeWide`): it needs those with rows
 * 2, 3 and 4, and rows 5 and 6 lie behind its end.
 */
import type { Snapshot } from "../snapshot.ts";
import type { Case } from "./case.ts";

const ALL = [1, 2, 3, 4, 5, 6];
const part = (snapshot: Snapshot, index: number): Promise<string> =>
  snapshot.one(new RegExp(`part_0000000${index}\\.tar`));

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

const removeNeeded =
  (which: "start" | "checkpoint" | "stop") =>
  async (snapshot: Snapshot): Promise<void> =>
    snapshot.remove(await snapshot.segment((await spanOf(snapshot))[which]));

export const wideCases: readonly Case[] = [
  { title: "untouched", verdict: "restorable", base: 0, lost: 0, real: { rows: ALL } },
  {
    title: "the start segment is missing",
    damage: removeNeeded("start"),
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}could not (locate required checkpoint record|find redo location)/ },
  },
  {
    title: "the segment of the checkpoint record is missing, behind the start segment",
    damage: removeNeeded("checkpoint"),
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}(could not locate required checkpoint record|WAL ends before end of online backup)/ },
  },
  {
    title: "the stop segment is missing",
    damage: removeNeeded("stop"),
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}WAL ends before end of online backup/ },
  },
  {
    title: "the stop segment is cut",
    damage: async (snapshot) => snapshot.cut(await snapshot.segment((await spanOf(snapshot)).stop)),
    depth: "deep",
    verdict: "not-restorable",
    real: { fails: /FATAL: {2}WAL ends before end of online backup/ },
  },
  {
    title: "the first part is missing",
    damage: async (snapshot) => snapshot.remove(await part(snapshot, 0)),
    verdict: "not-restorable",
    real: { fails: /could not find the database system|brought no PG_VERSION/ },
  },
  {
    title: "the last part is missing, which no name tells",
    damage: async (snapshot) => snapshot.remove(await part(snapshot, 1)),
    depth: "full",
    verdict: "not-restorable",
    real: { fails: /could not find the database system|brought no PG_VERSION/ },
  },
  {
    title: "a flipped bit in a part",
    damage: async (snapshot) => snapshot.flip(await part(snapshot, 0)),
    depth: "full",
    verdict: "not-restorable",
    real: {
      fails: /PG_VERSION" is missing|could not open file|could not find the database system|brought no PG_VERSION/,
    },
  },
  {
    title: "a cut part",
    damage: async (snapshot) => snapshot.cut(await part(snapshot, 1)),
    depth: "deep",
    verdict: "not-restorable",
    real: { fails: /unexpected end of data/ },
  },
];
