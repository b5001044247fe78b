/**
 * The output of pg_controldata for a leader, line by line: each start has it in the log, before its first base backup.
 */
import { type Database, lsnText, segmentName } from "../database/database.ts";
import { utcDate } from "./utc-date.ts";

const OF_EACH: readonly (readonly [name: string, value: string | number])[] = [
  ["Fake LSN counter for unlogged rels", "0/1"],
  ["Minimum recovery ending location", "0/0"],
  ["Min recovery ending loc's timeline", 0],
  ["Backup start location", "0/0"],
  ["Backup end location", "0/0"],
  ["End-of-backup record required", "no"],
  ["wal_level setting", "replica"],
  ["wal_log_hints setting", "on"],
  ["max_connections setting", 100],
  ["max_worker_processes setting", 8],
  ["max_prepared_xacts setting", 0],
  ["max_locks_per_xact setting", 64],
  ["track_commit_timestamp setting", "off"],
  ["Maximum data alignment", 8],
  ["Database block size", 8192],
  ["Blocks per segment of large relation", 131072],
  ["WAL block size", 8192],
  ["Bytes per WAL segment", 16777216],
  ["Maximum length of identifiers", 64],
  ["Maximum columns in an index", 32],
  ["Maximum size of a TOAST chunk", 1996],
  ["Size of a large-object chunk", 2048],
  ["Date/time type storage", "64-bit integers"],
  ["Float4 argument passing", "by value"],
  ["Float8 argument passing", "by value"],
  ["Data page checksum version", 0],
];

export function controlData({ sysid, timeline, segment, open }: Database, now: number): readonly string[] {
  // As `date` with %c in the image's locale.
  const { day, date, month, year, time } = utcDate(now);
  const stamp = `${day} ${date} ${month} ${year} ${time} UTC`;
  const checkpoint = lsnText(segment, 0x60 + 0x40 * open.length);
  const settings: readonly (readonly [name: string, value: string | number])[] = [
    ["pg_control version number", 942],
    ["Catalog version number", 201510051],
    ["Database system identifier", sysid],
    ["Database cluster state", "in production"],
    ["pg_control last modified", stamp],
    ["Latest checkpoint location", checkpoint],
    ["Prior checkpoint location", lsnText(segment, 0x28)],
    ["Latest checkpoint's REDO location", lsnText(segment, 0x28)],
    ["Latest checkpoint's REDO WAL file", segmentName(timeline, segment)],
    ["Latest checkpoint's TimeLineID", timeline],
    ["Latest checkpoint's PrevTimeLineID", timeline],
    ["Latest checkpoint's full_page_writes", "on"],
    ["Latest checkpoint's NextXID", `0:${550 + open.length}`],
    ["Latest checkpoint's NextOID", 12408],
    ["Latest checkpoint's NextMultiXactId", 1],
    ["Latest checkpoint's NextMultiOffset", 0],
    ["Latest checkpoint's oldestXID", 544],
    ["Latest checkpoint's oldestXID's DB", 1],
    ["Latest checkpoint's oldestActiveXID", 0],
    ["Latest checkpoint's oldestMultiXid", 1],
    ["Latest checkpoint's oldestMulti's DB", 1],
    ["Latest checkpoint's oldestCommitTsXid", 0],
    ["Latest checkpoint's newestCommitTsXid", 0],
    ["Time of latest checkpoint", stamp],
    ...OF_EACH,
  ];
  return settings.map(([name, value]) => `${name}:`.padEnd(38) + String(value));
}
