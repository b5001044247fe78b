/**
 * WAL-E inside a container: segments, base backups, retention and the choice of LATEST, with the names and order of its
 * objects (wal-archives.md §1). It believes what it finds: no check of identity, contiguity or completeness.
 */
import { copyOf } from "./copy.js";
import { type Database, segmentName } from "./database.js";
import { scopeOf } from "./service-keys.js";
import { say, waleSays } from "./log.js";
import { expandedSize, type Meaning } from "./objects.js";
import { archivePrefix, below, deleteObject, putObject } from "./store.js";
import type { Container, Site, World } from "./world.js";

const SENTINEL = /basebackups_005\/(base_([0-9A-F]{8})([0-9A-F]{16})_\d{8})_backup_stop_sentinel\.json$/;
/** Keys that retention looks at: bases, segments and backup history, never timeline history or partial segments. */
const POSITION = /\/(?:basebackups_005\/base_|wal_005\/)[0-9A-F]{8}([0-9A-F]{16})(?!\.partial)/;
const KEEP = 4;

/** A container that was made without a bucket archives nothing, and says so once, at its start. */
export const archives = ({ env }: Container): boolean => env.WAL_S3_BUCKET !== undefined;

const prefixOf = (container: Container): string => archivePrefix(scopeOf(container));

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
  const { bucket } = world.network;
  const url = `s3://${bucket}/${prefixOf(container)}wal_005/${name}.lzo`;
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
  const keys = `action=push-wal key=${url} prefix=${prefixOf(container)} seg=${name}`;
  const begin = { detail: `Uploading "pg_xlog/${name}" to "${url}".`, keys: `${keys} state=begin` };
  waleSays(site, "patroni", { logger: "wal_e.worker.upload", msg: "begin archiving a file", ...begin });
  const end = { detail: `Archiving to "${url}" complete at 3801.97KiB/s.`, keys: `${keys} state=complete` };
  waleSays(site, "patroni", {
    logger: "wal_e.worker.upload",
    msg: "completed archiving to a file",
    ...end,
  });
}

export function archiveHistory(site: Site, database: Database): void {
  const { container } = site;
  if (!archives(container)) return;
  const name = `${segmentName(database.timeline, 0).slice(0, 8)}.history`;
  push(site, `wal_005/${name}.lzo`, { is: "timeline-history", text: database.history, at: site.world.now });
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
  say(site, "backup", `producing a new backup at ${new Date(world.now).toUTCString()}`);
  waleSays(site, "backup", {
    logger: "wal_e.operator.backup",
    msg: "start upload postgres version metadata",
    detail: `Uploading to ${url}/extended_version.txt.`,
  });
  push(site, `${directory}/extended_version.txt`, { is: "text", text: `${version}\n` });
  waleSays(site, "backup", {
    logger: "wal_e.worker.upload",
    msg: "begin uploading a base backup volume",
    detail: `Uploading to "${url}/tar_partitions/part_00000000.tar.lzo".`,
  });
  const snapshot = copyOf(database);
  push(site, `${directory}/tar_partitions/part_00000000.tar.lzo`, {
    is: "base",
    at: world.now,
    segment,
    database: snapshot,
  });
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
  push(site, `wal_005/${segmentName(timeline, backup.segment)}.00000028.backup.lzo`, {
    is: "backup-history",
    timeline,
    segment: backup.segment,
    startedAt: backup.startedAt,
    stoppedAt: world.now,
  });
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

/** What `wal-e backup-list` shows: sentinels, whether or not there is anything behind them. */
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
  const kept = listBackups(world, scopeOf(container))
    .sort((a, b) => (a.position < b.position ? 1 : -1))
    .slice(0, KEEP);
  const lowest = kept.at(-1);
  if (lowest === undefined) return say(site, "backup", "Not deleting any data.");
  for (const [key] of below(world, prefixOf(container))) {
    const position = POSITION.exec(key)?.[1];
    if (position !== undefined && position < lowest.position) deleteObject(world, key, container.name);
  }
}
