/** Whether the objects of a base backup are all there. */
import { counted } from "../../kit/text/counted.ts";
import { majorOf } from "../../kit/sql/major-release.ts";
import { fitting, isAmong, noCheckpoint } from "../tar/vital-files.ts";
import type { Checkpoints } from "../wal/record-walk.ts";
import { isKnownRelease } from "../wal/control-values.ts";
import type { BaseBackup } from "./base-backup.ts";
import type { Damage } from "./damage.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import type { TimelineWal } from "./wal.ts";

/** WAL-E puts at most this many bytes of members into one tar part. */
const PART_MEMBER_BYTES = 1_610_612_736;

export interface Surroundings {
  readonly bases: ReadonlyMap<string, BaseBackup>;
  readonly damage: Damage;
  /** Present when objects were looked into. */
  readonly insides: ArchiveFacts["insides"];
  readonly wal: readonly TimelineWal[];
}

/** Why the objects of the base itself, or of those that it builds on, are not whole; undefined if they are. */
export function incompleteBecause(base: BaseBackup, around: Surroundings): string | undefined {
  if (base.sentinel === undefined) return "it has no sentinel: its upload never finished";
  if (!base.sentinel.ok) return `its sentinel ${base.sentinel.why}`;
  if (base.parts.length === 0) return "it has no tar parts";
  const own = base.writer === "wal-e" ? gapInParts(base) : gapInTars(base);
  const bad = [...base.tars].find(([, { relative }]) => around.damage.has(relative));
  const part = base.parts.find(({ relative }) => relative === bad?.[1].relative);
  const name = part === undefined ? `tar file "${bad?.[0] ?? ""}"` : `tar part ${part.index}`;
  const spoilt = bad && `${name} is not whole: ${around.damage.get(bad[1].relative) ?? ""}`;
  return own ?? spoilt ?? unfit(base, around) ?? chain(base, around);
}

function gapInParts(base: BaseBackup): string | undefined {
  const gap = base.parts.findIndex((part, position) => part.index !== position);
  if (gap >= 0) return `tar part ${gap} is missing`;
  const empty = base.parts.find((part) => part.size === 0);
  if (empty !== undefined) return `tar part ${empty.index} is empty`;
  const expanded = base.sentinel?.ok === true ? base.sentinel.sentinel.expandedBytes : 0;
  const least = Math.ceil(expanded / PART_MEMBER_BYTES);
  if (base.parts.length < least) return `it needs at least ${counted(least, "tar part")} and has ${base.parts.length}`;
  return undefined;
}

/**
 * When every tar file was read to its end: the files have the size that WAL-E's sentinel names (wal-archives.md §0.5), and
 * a server can begin from them and from the WAL, as far as that was read.
 */
function unfit(base: BaseBackup, { insides, wal }: Pick<Surroundings, "insides" | "wal">): string | undefined {
  const { sentinel, start, startLsn, version } = base;
  const stopLsn = sentinel?.ok === true ? sentinel.sentinel.stopLsn : undefined;
  const looked = [...base.tars.values()].map(({ relative }) => insides?.get(relative) ?? {});
  const there = looked.reduce((sum, { memberBytes = Number.NaN }) => sum + memberBytes, 0);
  if (Number.isNaN(there)) return undefined;
  const wanted = base.writer === "wal-e" && sentinel?.ok === true ? sentinel.sentinel.expandedBytes : 0;
  if (wanted > 0 && there !== wanted)
    return `its files have ${there} bytes, and its sentinel says ${wanted}${there < wanted ? ": a part is missing" : ""}`;
  const major = version === undefined ? undefined : majorOf(version);
  if (deltaFrom(base) !== undefined || (major !== undefined && !isKnownRelease(major))) return undefined;
  const files = new Map(looked.flatMap(({ vital }) => [...(vital ?? [])]));
  const fit = fitting(files, { start, startLsn, stopLsn, major });
  if (typeof fit === "string") return fit;
  const own = sentinel?.ok === true ? sentinel.sentinel.walg?.systemId : undefined;
  if (own !== undefined && own !== fit.systemId)
    return `its sentinel is of the system ${own}, its pg_control of ${fit.systemId}`;
  const checkpoints = checkpointsIn(base, wal);
  return checkpoints === undefined || isAmong(fit.label, checkpoints) ? undefined : noCheckpoint(fit.label);
}

/** Of the WAL that it needs; undefined if not all of that was read. */
function checkpointsIn({ start, sentinel }: BaseBackup, wal: readonly TimelineWal[]): Checkpoints | undefined {
  const stop = sentinel?.ok === true ? sentinel.sentinel.stop.number : start.number;
  const ends = wal.find(({ timeline }) => timeline === start.timeline)?.ends;
  const found: Checkpoints = new Map();
  for (let number = start.number; number <= stop; number += 1) {
    const own = ends?.get(number)?.checkpoints;
    if (own === undefined) return undefined;
    for (const [at, redo] of own) found.set(at, redo);
  }
  return found;
}

/** WAL-G leaves numbers out, but it keeps the names. */
function gapInTars({ tars, wanted }: BaseBackup): string | undefined {
  const missing = wanted?.find((name) => !tars.has(name));
  if (missing !== undefined) return `tar file "${missing}" is missing`;
  const empty = [...tars].find(([, { size }]) => size === 0);
  if (empty !== undefined) return `tar file "${empty[0]}" is empty`;
  // Without it WAL-G refuses the restore (v0.2.19 internal/backup_fetch_handler.go, PgControlNotFoundError).
  if (![...tars.keys()].some((name) => name.startsWith("pg_control.tar"))) return "it has no pg_control";
  return undefined;
}

/**
 * Fewer bytes than WAL-G says that it sent: something may be missing. It counts repeated uploads after a failure as
 * well, so that this proves nothing if the names of the tar files are known.
 */
export function bytesShort({
  tars,
  sentinel,
}: BaseBackup): { readonly sent: number; readonly stored: number } | undefined {
  const sent = sentinel?.ok === true ? (sentinel.sentinel.walg?.compressedBytes ?? 0) : 0;
  const stored = [...tars.values()].reduce((sum, { size }) => sum + size, 0);
  return stored < sent ? { sent, stored } : undefined;
}

/** A delta backup is nothing without every backup that it builds on; names that lead in a circle build on nothing. */
function chain(base: BaseBackup, { bases, ...around }: Surroundings): string | undefined {
  const from = deltaFrom(base);
  if (from === undefined) return undefined;
  const parent = bases.get(from);
  if (parent === undefined) return `it builds on "${from}", which is not here`;
  const others = new Map([...bases].filter(([name]) => name !== base.name));
  const why = incompleteBecause(parent, { bases: others, ...around });
  return why === undefined ? undefined : `it builds on "${from}", which is not whole: ${why}`;
}

/** The name of the backup that a delta backup builds on. */
export const deltaFrom = ({ sentinel }: BaseBackup): string | undefined =>
  sentinel?.ok === true ? sentinel.sentinel.walg?.deltaFrom : undefined;

/** The backups that a restore of this one fetches before it, the full one first. */
export function chainOf(base: BaseBackup, bases: ReadonlyMap<string, BaseBackup>): readonly BaseBackup[] {
  const found: BaseBackup[] = [];
  for (let at: BaseBackup | undefined = base; at !== undefined && !found.includes(at); ) {
    found.unshift(at);
    const from = deltaFrom(at);
    at = from === undefined ? undefined : bases.get(from);
  }
  return found.slice(0, -1);
}
