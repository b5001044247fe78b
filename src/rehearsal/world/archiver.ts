/**
 * WAL-E inside a container: segments, base backups, retention and the choice of LATEST, with the names and order of its
 * objects (wal-archives.md §1). It believes every object: no check of identity, contiguity or completeness.
 */
import { copyOf } from "./copy.ts";
import { type Database, segmentName } from "./database/database.ts";
import { scopeOf } from "./service-keys.ts";
import { utcDate } from "./lines/utc-date.ts";
import { prefixOf, pushes, startsWalE, waleSays } from "./lines/wal-e.ts";
import { say } from "./log.ts";
import { expandedSize, type Meaning } from "./objects.ts";
import { archivePrefix, below, deleteObject, putObject } from "./store.ts";
import type { Container, Site, World } from "./world.ts";

const SENTINEL = /basebackups_005\/(base_([0-9A-F]{8})([0-9A-F]{16})_\d{8})_backup_stop_sentinel\.json$/;
/** Keys that retention looks at: bases, segments and backup history, never timeline history or partial segments. */
const POSITION = /\/(?:basebackups_005\/base_|wal_005\/)[0-9A-F]{8}([0-9A-F]{16})(?!\.partial)/;
const KEEP = 4;

/** A container that was made without a bucket archives nothing, and says so once, at its start. */
export const archives = ({ env }: Container): boolean => env.WAL_S3_BUCKET !== undefined;

function push(site: Site, name: string, plain: Meaning): void {
  const { world, container } = site;
  const hides = container.env.WALE_GPG_KEY_ID !== undefined && (plain.is === "wal" || plain.is === "base");
  const meaning: Meaning = hides ? { ...plain, encrypted: true } : plain;
  putObject(world, prefixOf(container) + name, { meaning, by: container.name });
}

/** Closes the open segment and archives it. */
export function archiveSegment(site: Site, database: Database): void {
  const { world, container } = site;
  if (!archives(container)) return;
  const name = segmentName(database.timeline, database.segment);
  const { sysid, version, timeline, segment } = database;
  push(site, `wal_005/${name}.lzo`, {
    is: "wal",
    sysid,
    version,
    timeline,
    segment,
    mtime: world.now,
    changes: database.open,
  });
  database.open = [];
  database.segment += 1;
  pushes(site, name);
}

/** The open segment of a timeline that ends here, as far as it is written: nobody reads it, and it stays for ever. */
export function archivePartial(site: Site, { sysid, version, segment, open }: Database, timeline: number): void {
  const { world, container } = site;
  if (!archives(container)) return;
  const name = `${segmentName(timeline, segment)}.partial`;
  push(site, `wal_005/${name}.lzo`, { is: "wal", sysid, version, timeline, segment, mtime: world.now, changes: open });
  pushes(site, name);
}

export function archiveHistory(site: Site, database: Database): void {
  const { container } = site;
  if (!archives(container)) return;
  const name = `${segmentName(database.timeline, 0).slice(0, 8)}.history`;
  push(site, `wal_005/${name}.lzo`, { is: "timeline-history", text: database.history, at: site.world.now });
  pushes(site, name);
}

/** As `date` prints it in the image's locale: "Tue Nov 24 02:19:14 AM UTC 2026". */
function dateText(now: number): string {
  const { day, date, month, year, time } = utcDate(now);
  const hour = Number(time.slice(0, 2));
  const half = `${String(hour % 12 || 12).padStart(2, "0")}${time.slice(2)} ${hour < 12 ? "AM" : "PM"}`;
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${half} UTC ${year}`;
}

/** First half of backup-push: a switch, the version file, the parts. Returns name and start segment. */
export function beginBackup(site: Site, database: Database): { readonly name: string; readonly segment: number } {
  const { world, container } = site;
  archiveSegment(site, database);
  const segment = database.segment;
  const name = `base_${segmentName(database.timeline, segment)}_00000040`;
  const directory = `basebackups_005/${name}`;
  const url = `s3://${world.network.bucket}/${prefixOf(container)}${directory}`;
  const version = `PostgreSQL ${database.version} on x86_64-pc-linux-gnu, compiled by gcc (Debian 4.9.2-10) 4.9.2, 64-bit`;
  say(site, "backup", `producing a new backup at ${dateText(world.now)}`);
  startsWalE(site, "backup", "backup-push");
  const [operator, worker] = ["wal_e.operator.backup", "wal_e.worker.upload"] as const;
  const detail = `Uploading to ${url}/extended_version.txt.`;
  waleSays(site, "backup", { logger: operator, msg: "start upload postgres version metadata", detail });
  waleSays(site, "backup", { logger: operator, msg: "postgres version metadata upload complete" });
  push(site, `${directory}/extended_version.txt`, { is: "text", text: `${version}\n` });
  waleSays(site, "backup", { logger: worker, msg: "beginning volume compression", detail: "Building volume 0." });
  const volume = `Uploading to "${url}/tar_partitions/part_00000000.tar.lzo"`;
  waleSays(site, "backup", { logger: worker, msg: "begin uploading a base backup volume", detail: `${volume}.` });
  const snapshot = copyOf(database);
  push(site, `${directory}/tar_partitions/part_00000000.tar.lzo`, {
    is: "base",
    at: world.now,
    segment,
    database: snapshot,
  });
  const done = `${volume} complete at 31219.5KiB/s. `;
  waleSays(site, "backup", { logger: worker, msg: "finish uploading a base backup volume", detail: done });
  return { name, segment };
}

/** Second half: the stop segment, its history file, and last the sentinel, which makes the backup exist. */
export function endBackup(
  site: Site,
  database: Database,
  backup: { readonly name: string; readonly segment: number; readonly startedAt: number },
): void {
  const { world, container } = site;
  const { timeline } = database;
  const stop = segmentName(timeline, database.segment);
  archiveSegment(site, database);
  const history = `${segmentName(timeline, backup.segment)}.00000028.backup`;
  push(site, `wal_005/${history}.lzo`, {
    is: "backup-history",
    timeline,
    segment: backup.segment,
    startedAt: backup.startedAt,
    stoppedAt: world.now,
  });
  pushes(site, history);
  say(site, "backup", "NOTICE:  pg_stop_backup complete, all required WAL segments have been archived");
  const part = below(world, `${prefixOf(container)}basebackups_005/${backup.name}/tar_partitions/`)[0]?.[1].meaning;
  const sentinel = {
    wal_segment_backup_stop: stop,
    expanded_size_bytes: part?.is === "base" ? expandedSize(part) : 0,
    wal_segment_offset_backup_stop: "00000248",
    spec: { base_prefix: "/data/postgres0", tablespaces: [] },
  };
  const key = `basebackups_005/${backup.name}_backup_stop_sentinel.json`;
  push(site, key, { is: "text", text: JSON.stringify(sentinel) });
}

export interface BackupEntry {
  readonly name: string;
  readonly timeline: number;
  /** Without timeline: the order of WAL-E's retention. */
  readonly position: string;
  readonly lastModified: number;
}

/** The list of `wal-e backup-list`: sentinels, whether or not a backup is behind them. */
export function listBackups(world: World, scope: string): BackupEntry[] {
  return below(world, `${archivePrefix(scope)}basebackups_005/`).flatMap(([key, object]) => {
    const found = SENTINEL.exec(key);
    if (found?.[1] === undefined || found[2] === undefined || found[3] === undefined) return [];
    const { lastModified } = object;
    return [{ name: found[1], timeline: Number.parseInt(found[2], 16), position: found[3], lastModified }];
  });
}

/** LATEST: the sentinel with the newest LastModified; the greatest name among equals. */
export function latestBackup(world: World, scope: string): BackupEntry | undefined {
  return listBackups(world, scope)
    .sort((a, b) => a.lastModified - b.lastModified)
    .at(-1);
}

/**
 * `wal-e delete --confirm retain 4`: keeps the four highest bases, timelines ignored, and removes base backups and WAL
 * below the lowest of them. History files stay. An archive that was copied in is pruned as well.
 */
export function prune(site: Site): void {
  const { world, container } = site;
  const url = `s3://${world.network.bucket}/`;
  const all = listBackups(world, scopeOf(container)).sort((a, b) => (a.position < b.position ? 1 : -1));
  const lowest = all.slice(0, KEEP).at(-1);
  startsWalE(site, "backup", "delete retain");
  waleSays(site, "backup", { logger: "wal_e.main  ", msg: "deleting data in the store" });
  const logger = "wal_e.worker.base";
  if (lowest === undefined) {
    const detail = "No existing base backups.";
    return waleSays(site, "backup", { logger, msg: "Not deleting any data.", detail });
  }
  const sentinel = `${url}${prefixOf(container)}basebackups_005/${lowest.name}_backup_stop_sentinel.json`;
  waleSays(site, "backup", { logger, msg: retains(all.length), hint: `Deleting keys older than ${sentinel}.` });
  for (const [key] of below(world, prefixOf(container))) {
    if (/\.partial\.lzo$/.test(key)) skips(site, `${url}${key}`);
    const position = POSITION.exec(key)?.[1];
    if (position === undefined || position >= lowest.position) continue;
    deleteObject(world, key, container.name);
    if (!key.includes("/wal_005/")) continue;
    waleSays(site, "backup", { logger, msg: "deleting a wal file", detail: `The key being deleted is ${url}${key}.` });
  }
}

function retains(count: number): string {
  if (count > KEEP) return `Deleting ${count - KEEP} oldest base backups.`;
  return count === 1 ? "Retaining existing base backup." : `Retaining all ${count} base backups.`;
}

const skips = (site: Site, url: string): void =>
  waleSays(site, "backup", {
    logger: "wal_e.worker.base",
    level: "WARNING",
    msg: "skipping non-qualifying key in 'delete before'",
    detail: `The unexpected key is "${url}", and it appears not to match the WAL file naming pattern.`,
    hint: "This means an unexpected key was found in a WAL-E prefix.  It can be harmless, or the result a bug or misconfiguration.",
  });
