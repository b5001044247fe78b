/**
 * Recovery as PostgreSQL does it from an archive: timeline `latest`, segment after segment until one is missing or is not
 * of this cluster. It does not tell a gap from the end: both end in "archive recovery complete" (dingo.md §0.7).
 */
import { copyOf } from "./copy.ts";
import { type Database, replay, segmentName } from "./database/database.ts";
import type { Meaning } from "./objects.ts";
import { archivePrefix, below, objectAt } from "./store.ts";
import { allContainers, type World } from "./world.ts";

type Wal = Extract<Meaning, { is: "wal" }>;
type Base = Extract<Meaning, { is: "base" }>;

export type Replay =
  | { readonly ok: true; readonly database: Database; readonly restored: readonly string[] }
  | { readonly ok: false; readonly message: string };

export interface Archive {
  readonly world: World;
  readonly scope: string;
}

/** The cluster in the parts of a base backup; undefined if no part is there. */
export function fetchBase({ world, scope }: Archive, name: string): Database | undefined {
  const base = basePart({ world, scope }, name);
  return base === undefined || (base.encrypted === true && !decrypts(world, scope)) ? undefined : unpacked(base);
}

/** The part with the cluster in a base backup, whose name may be cut short. */
export function basePart({ world, scope }: Archive, name: string): Base | undefined {
  const parts = below(world, `${archivePrefix(scope)}basebackups_005/${name}`).map(([, { meaning }]) => meaning);
  return parts.find((each) => each.is === "base");
}

export const unpacked = ({ database, segment }: Base): Database => ({
  ...copyOf(database),
  segment,
  open: [],
  inRecovery: true,
});

export function walOf({ world, scope }: Archive, name: string): Wal | undefined {
  const meaning = objectAt(world, `${archivePrefix(scope)}wal_005/${name}.lzo`)?.meaning;
  return meaning?.is === "wal" ? meaning : undefined;
}

/** gpg in the container has a key. */
const decrypts = (world: World, scope: string): boolean =>
  allContainers(world).some(
    ({ container: { env } }) => env.PATRONI_SCOPE === scope && env.WALE_GPG_KEY_ID !== undefined,
  );

/** Replays the archive of a scope on top of a fetched base. */
export function replayArchive(archive: Archive, base: Database, stop: string | undefined): Replay {
  const database = copyOf(base);
  const ancestry = latestTimelines(archive, base);
  const restored: string[] = [];
  for (;;) {
    const found = segmentFor(archive, ancestry, database.segment);
    if (found === undefined || found.wal.sysid !== database.sysid) break;
    for (const change of found.wal.changes) replay(database, change);
    database.timeline = Math.max(database.timeline, found.timeline);
    database.segment += 1;
    restored.push(segmentName(found.timeline, found.wal.segment));
  }
  database.history = ancestry.find((line) => line.timeline === database.timeline)?.history ?? "";
  if (restored.length === 0) return { ok: false, message: "could not locate required checkpoint record" };
  const last = restored.at(-1) ?? "";
  // Without the segment in which the backup stopped the data are not consistent.
  if (stop !== undefined && last.slice(8) < stop.slice(8)) {
    return { ok: false, message: "WAL ends before end of online backup" };
  }
  return { ok: true, database, restored };
}

interface Line {
  readonly timeline: number;
  /** First segment of this timeline. */
  readonly from: number;
  readonly history: string;
}

/** The base's own timeline and its newer ones: probed one by one, so that a hole hides those behind it. */
function latestTimelines({ world, scope }: Archive, base: Database): Line[] {
  const lines: Line[] = [{ timeline: base.timeline, from: 0, history: base.history }];
  for (let timeline = base.timeline + 1; ; timeline += 1) {
    const name = `${segmentName(timeline, 0).slice(0, 8)}.history.lzo`;
    const meaning = objectAt(world, `${archivePrefix(scope)}wal_005/${name}`)?.meaning;
    if (meaning?.is !== "timeline-history") return lines.reverse();
    lines.push({ timeline, from: switchSegment(meaning.text), history: meaning.text });
  }
}

/** Segment of the last switch point in a history file: `1<TAB>0/7000000<TAB>reason`. */
function switchSegment(history: string): number {
  const lsn = history.trim().split("\n").at(-1)?.split("\t")[1] ?? "0/0";
  const [high = "0", low = "0"] = lsn.split("/");
  return Number.parseInt(high, 16) * 256 + Math.floor(Number.parseInt(low, 16) / 0x1000000);
}

function segmentFor(
  archive: Archive,
  ancestry: readonly Line[],
  segment: number,
): { readonly wal: Wal; readonly timeline: number } | undefined {
  const line = ancestry.find((each) => each.from <= segment);
  if (line === undefined) return undefined;
  const name = segmentName(line.timeline, segment);
  const wal = name === archive.world.faults.lostOnTheWay ? undefined : walOf(archive, name);
  return wal && { wal, timeline: line.timeline };
}
