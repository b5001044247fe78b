/**
 * Which cluster a base backup is of. Two may have written to one prefix, and PostgreSQL replays no segment of another: whose
 * WAL counts is therefore a question for each base backup (wal-archives.md §0.1, §0.8).
 */
import { initdbTime } from "../names/sysid.ts";
import { pageOf } from "../reading/archive-facts.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import type { BaseBackup } from "./base-backup.ts";
import type { Identity } from "./damage.ts";

/** Clocks of the store and of the database hosts may differ by this much. */
export const CLOCK_TOLERANCE_MS = 10 * 60 * 1000;

export interface BaseCluster extends Identity {
  /** The system identifier in the base backup itself. */
  readonly inside: string | undefined;
  /**
   * The system identifier in the WAL at the base backup's start, when the base backup has none: somebody may have
   * written over that WAL.
   */
  readonly inWal: string | undefined;
  /** Why the segment at the base backup's start cannot be its own; undefined when no such reason is known. */
  readonly foreignStart: string | undefined;
}

/**
 * `outside`: the identity that is known beside the base backups; it outweighs WAL, and holds when no base backup says
 * more.
 */
export function clusterOf(facts: ArchiveFacts, base: BaseBackup, outside: string | undefined): BaseCluster {
  const { version } = base;
  const own = walgSystemId(base) ?? systemIdInTar(facts, base);
  if (own !== undefined) return { systemId: own, version, inside: own, inWal: undefined, foreignStart: undefined };
  const inWal = systemIdInWal(facts, base);
  const foreignStart = inWal !== undefined && isOlderThan(base, inWal) ? ofALaterCluster(inWal) : undefined;
  if (foreignStart === undefined)
    return { systemId: outside ?? inWal, version, inside: undefined, inWal, foreignStart };
  return {
    systemId: outside === inWal ? undefined : outside,
    version,
    inside: undefined,
    inWal: undefined,
    foreignStart,
  };
}

const ofALaterCluster = (systemId: string): string =>
  `the segment that it begins in is of another cluster, ${systemId}, which was made after it, at ${initdbTime(systemId).toISOString()}`;

/** The WAL that it begins in is not of the cluster that it is taken for. */
export const isDoubtful = ({ systemId, inWal }: BaseCluster): boolean => inWal !== undefined && inWal !== systemId;

const walgSystemId = ({ sentinel }: BaseBackup): string | undefined =>
  sentinel?.ok === true ? sentinel.sentinel.walg?.systemId : undefined;

/** Present when its tar files were read. */
const systemIdInTar = ({ insides, identities }: ArchiveFacts, { name, parts }: BaseBackup): string | undefined =>
  parts.flatMap(({ relative }) => insides?.get(relative)?.systemId ?? [])[0] ?? identities?.get(name);

/** Of the segment that the base begins in, if its first page is known. */
function systemIdInWal(facts: ArchiveFacts, { start }: BaseBackup): string | undefined {
  const { timeline, number } = start;
  const entry = facts.entries.find(
    ({ kind }) => kind.kind === "segment" && kind.segment.number === number && kind.segment.timeline === timeline,
  );
  return entry === undefined ? undefined : pageOf(facts, entry.relative)?.systemId;
}

/**
 * It had ended, or was stored, before that cluster was made. A copy has newer times, which prove nothing. Its end and initdb
 * were timed by one clock; the store's is another one, and counts only if nothing else tells.
 */
function isOlderThan({ times, completedAt }: BaseBackup, systemId: string): boolean {
  const ended = times.finishedAt ?? times.startedAt ?? completedAt;
  return ended !== undefined && Date.parse(ended) < initdbTime(systemId).getTime() - CLOCK_TOLERANCE_MS;
}
