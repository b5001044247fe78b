/** Damage to a copy of an archive: an aim tells which objects, and a deed is done to each of them. */
import type { ArchiveName, Archives } from "../archives.ts";
import { type Ending, sentinelOf, type Snapshot } from "../snapshot.ts";

export type Damage = (snapshot: Snapshot, archives: Archives) => Promise<void>;
export type Aim = (snapshot: Snapshot) => Promise<readonly string[]>;
type Deed = (snapshot: Snapshot, key: string, archives: Archives) => Promise<void>;

const baseOf = (snapshot: Snapshot, base: number): string => snapshot.made.bases[base] ?? "";

/** The segment with a row's commit. */
export const row =
  (number: number): Aim =>
  async (snapshot) => [await snapshot.segmentWith(number)];

/** The segment that a base backup begins in. */
export const startOf =
  (base: number): Aim =>
  async (snapshot) => [await snapshot.segment(baseOf(snapshot, base).slice("base_".length, "base_".length + 24))];

export const sentinel =
  (base: number): Aim =>
  async (snapshot) => [sentinelOf(baseOf(snapshot, base))];

export const parts =
  (base: number, name = "[^/]+"): Aim =>
  (snapshot) =>
    matching(new RegExp(`^basebackups_005/${baseOf(snapshot, base)}/tar_partitions/${name}\\.tar`))(snapshot);

export const history = (timeline: number): Aim => matching(new RegExp(`^wal_005/0000000${timeline}\\.history`));

/** At least one. */
export const matching =
  (pattern: RegExp): Aim =>
  async (snapshot) => {
    const found = await snapshot.keys(pattern);
    if (found.length === 0) throw new Error(`nothing matches ${pattern.source}`);
    return found;
  };

export const each =
  (deed: Deed) =>
  (...aims: readonly Aim[]): Damage =>
  async (snapshot, archives) => {
    for (const aim of aims) for (const key of await aim(snapshot)) await deed(snapshot, key, archives);
  };

export const removed = each((snapshot, key) => snapshot.remove(key));
export const cut = each((snapshot, key) => snapshot.cut(key));
export const flipped = each((snapshot, key) => snapshot.flip(key));
export const emptied = each((snapshot, key) => snapshot.write(key, ""));
/** Written as it is, with a new date. */
export const touched = each((snapshot, key) => snapshot.change(key, (bytes) => bytes));

export const alsoAs = (ending: Ending) => each((snapshot, key) => snapshot.repack(key, ending));
export const onlyAs = (ending: Ending) =>
  each(async (snapshot, key) => {
    await snapshot.repack(key, ending);
    await snapshot.remove(key);
  });

/** The segment of the same name in the archive of another cluster. */
export const ofAnother = (other: ArchiveName) =>
  each(async (snapshot, key, { of }) => {
    const [name = "", ending] = key.slice("wal_005/".length).split(".");
    const from = await of(other);
    await snapshot.write(key, await from.repacked(await from.segment(name), ending as Ending));
  });

export const all =
  (...damages: readonly Damage[]): Damage =>
  async (snapshot, archives) => {
    for (const damage of damages) await damage(snapshot, archives);
  };
