/**
 * The output of PostgreSQL and pg_ctl when a server starts, restores, is promoted and stops: the lines of the captured
 * logs, in their order (fixtures/container-logs). Every start is that of a standby; only a promotion ends that.
 */
import { type Database, lsnText, postgresTime, segmentName } from "../database/database.ts";
import { patroniSays, say } from "../log.ts";
import { scopeOf } from "../service-keys.ts";
import { archivePrefix, objectAt } from "../store.ts";
import type { Site } from "../world.ts";
import { fetches, hasFetched } from "./wal-e.ts";

const says = (site: Site, ...texts: readonly string[]): void => say(site, "patroni", ...texts);

/** "2026-11-24 06:45:36 UTC" */
const inUtc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

const historyOf = (timeline: number): string => `${segmentName(timeline, 0).slice(0, 8)}.history`;

function isArchived({ world, container }: Site, file: string): boolean {
  return objectAt(world, `${archivePrefix(scopeOf(container))}wal_005/${file}.lzo`) !== undefined;
}

/** How the server that last had this data directory came to its end. */
export type End = "shut down" | "killed leading" | "killed following" | "in a base backup";

export function startsServer(site: Site, end: End, at: number): void {
  const began = "waiting for server to start....";
  switch (end) {
    case "shut down":
      return says(site, `${began}LOG:  database system was shut down at ${inUtc(at)}`);
    case "killed leading":
      return says(site, `${began}LOG:  database system was interrupted; last known up at ${inUtc(at)}`);
    case "killed following":
      return says(
        site,
        `${began}LOG:  database system was interrupted while in recovery at log time ${inUtc(at)}`,
        "HINT:  If this has occurred more than once some data might be corrupted and you might need to choose an earlier recovery target.",
      );
    case "in a base backup":
      return says(
        site,
        `${began}LOG:  could not open usermap file "/data/postgres0/pg_ident.conf": No such file or directory`,
        `LOG:  database system was interrupted; last known up at ${inUtc(at)}`,
        'LOG:  creating missing WAL directory "pg_xlog/archive_status"',
      );
  }
}

/** Asks for the history of each newer timeline until there is none, then for that of the newest. */
export function entersStandby(site: Site, timeline: number): void {
  let newest = timeline;
  for (; isArchived(site, historyOf(newest + 1)); newest += 1) fetches(site, historyOf(newest + 1), true);
  fetches(site, historyOf(newest + 1), false);
  says(site, "LOG:  entering standby mode", "FATAL:  the database system is starting up");
  if (newest > 1) fetches(site, historyOf(newest), isArchived(site, historyOf(newest)));
}

/** Fetches segments and is consistent after the first; the others have been fetched ahead by then. */
export function replays(site: Site, restored: readonly string[]): void {
  const [first, ...others] = restored;
  if (first === undefined) return;
  const segment = Number.parseInt(first.slice(8), 16);
  fetches(site, first, true);
  says(site, `LOG:  redo starts at ${lsnText(segment, 0x28)}`);
  says(site, `LOG:  consistent recovery state reached at ${lsnText(segment, 0xf8)}`);
  says(site, "LOG:  database system is ready to accept read only connections");
  for (const other of others) hasFetched(site, other);
}

const following = (name: string): string =>
  segmentName(
    Number.parseInt(name.slice(0, 8), 16),
    Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16) + 1,
  );

/** The archive's segments from one on, in the newest timeline: others wrote them while this server was down. */
function newerSegments(site: Site, { timeline, segment }: Database): readonly string[] {
  let newest = timeline;
  while (isArchived(site, historyOf(newest + 1))) newest += 1;
  const found: string[] = [];
  for (let next = segment; isArchived(site, segmentName(newest, next)); next += 1)
    found.push(segmentName(newest, next));
  return found;
}

/** Finds its own data, and in the archive the WAL that was written since. */
export function isConsistent(site: Site, database: Database, end: End): void {
  const { timeline, segment } = database;
  const [next, ...others] = newerSegments(site, database);
  if (next !== undefined) {
    fetches(site, next, true);
    says(site, `LOG:  consistent recovery state reached at ${lsnText(segment, 0x98)}`);
    says(site, `LOG:  redo starts at ${lsnText(segment, 0x98)}`);
    says(site, "LOG:  database system is ready to accept read only connections");
    for (const other of others) hasFetched(site, other);
    return fetches(site, following(others.at(-1) ?? next), false);
  }
  if (end === "killed leading") {
    says(site, "LOG:  database system was not properly shut down; automatic recovery in progress");
    says(site, `LOG:  redo starts at ${lsnText(segment, 0x28)}`);
  }
  fetches(site, segmentName(timeline, segment), false);
  says(site, `LOG:  consistent recovery state reached at ${lsnText(segment, 0x98)}`);
  says(site, `LOG:  invalid record length at ${lsnText(segment, 0x98)}: wanted 24, got 0`);
  says(site, "LOG:  database system is ready to accept read only connections");
}

export const serverStarted = (site: Site): void => says(site, " done", "server started");

export const streams = (site: Site, { timeline, segment }: Database): void =>
  says(site, `LOG:  started streaming WAL from primary at ${lsnText(segment, 0)} on timeline ${timeline}`);

export interface Promotion {
  /** How Patroni came to the lock. */
  readonly how: string;
  /** The timeline that ends. */
  readonly from: number;
  /** Whether the segment at its end was fetched; else it is on the server's own disk. */
  readonly restored: boolean;
  /** Nothing was replayed: the server had been shut down. */
  readonly nothingToRedo: boolean;
}

/** The leader that a standby follows has ended. */
export function losesLeader(site: Site, { timeline, segment }: Database): void {
  says(site, "LOG:  replication terminated by primary server");
  says(site, `DETAIL:  End of WAL reached on timeline ${timeline} at ${lsnText(segment, 0x98)}.`);
  says(site, "FATAL:  could not send end-of-streaming message to primary: no COPY in progress", "");
  fetches(site, historyOf(timeline + 1), false);
  fetches(site, segmentName(timeline, segment), false);
  says(site, `LOG:  invalid record length at ${lsnText(segment, 0x98)}: wanted 24, got 0`);
}

export function promotes(site: Site, database: Database, { how, from, restored, nothingToRedo }: Promotion): void {
  const { segment, timeline, lastTransactionAt } = database;
  says(site, "server promoting");
  patroniSays(site, "INFO: cleared rewind flag after becoming the leader", `INFO: promoted self to leader ${how}`);
  says(site, "LOG:  received promote request");
  const end = restored ? lsnText(Math.max(segment - 1, 1), 0x358) : lsnText(segment, 0x98);
  says(site, nothingToRedo ? "LOG:  redo is not required" : `LOG:  redo done at ${end}`);
  if (restored && lastTransactionAt !== undefined)
    says(site, `LOG:  last completed transaction was at log time ${postgresTime(lastTransactionAt)}`);
  // The last segment is fetched once more; WAL that is only on the disk is asked for in vain.
  fetches(site, segmentName(from, restored ? segment - 1 : segment), restored);
  fetches(site, historyOf(timeline), false);
  says(site, `LOG:  selected new timeline ID: ${timeline}`, "LOG:  archive recovery complete");
  fetches(site, historyOf(from), isArchived(site, historyOf(from)));
  says(site, "LOG:  MultiXact member wraparound protections are now enabled");
  says(site, "LOG:  database system is ready to accept connections", "LOG:  autovacuum launcher started");
}

/** A new cluster, which is no standby. */
export function startsNew(site: Site): void {
  startsServer(site, "shut down", site.world.now);
  says(site, "LOG:  MultiXact member wraparound protections are now enabled");
  says(site, "LOG:  database system is ready to accept connections", "LOG:  autovacuum launcher started");
  serverStarted(site);
}

/** `last` names the segment that is archived at the end. */
export function stopsServer(site: Site, leading: boolean, last: () => void = () => undefined): void {
  patroniSays(site, "INFO: closed patroni connection to the postgresql cluster");
  says(site, "LOG:  received fast shutdown request", "LOG:  aborting any active transactions");
  if (leading) says(site, "LOG:  autovacuum launcher shutting down");
  says(site, "waiting for server to shut down....LOG:  shutting down");
  last();
  says(site, "LOG:  database system is shut down", " done", "server stopped");
}
