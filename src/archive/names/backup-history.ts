/**
 * The `.backup` file that PostgreSQL archives at the end of a base backup: from where to where it goes, and when
 * (wal-archives.md §1). It does not prove that the backup was uploaded. Times are in the server's time zone, whose
 * abbreviation is not unique: only UTC and GMT are read.
 */
import { parseLsn } from "./lsn.ts";

export interface BackupHistory {
  readonly startLsn: bigint | undefined;
  readonly checkpointLsn: bigint | undefined;
  readonly stopLsn: bigint | undefined;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly stoppedAt: string | undefined;
}

export function parseBackupHistory(text: string): BackupHistory {
  const after = (label: string): string => new RegExp(`^${label}: (.*)$`, "m").exec(text)?.[1] ?? "";
  const lsn = (label: string): bigint | undefined => parseLsn(/^\S+/.exec(after(label))?.[0] ?? "");
  return {
    startLsn: lsn("START WAL LOCATION"),
    checkpointLsn: lsn("CHECKPOINT LOCATION"),
    stopLsn: lsn("STOP WAL LOCATION"),
    startedAt: timeIn(after("START TIME")),
    stoppedAt: timeIn(after("STOP TIME")),
  };
}

function timeIn(text: string): string | undefined {
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:UTC|GMT)\s*$/.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1] ?? ""}T${match[2] ?? ""}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
