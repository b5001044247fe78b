/**
 * The `.backup` file that PostgreSQL archives at the end of a base backup: when that began and ended (wal-archives.md §1).
 * It does not prove that the backup was uploaded. Times are in the server's time zone, whose abbreviation is not unique:
 * only UTC and GMT are read.
 */
export interface BackupHistory {
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly stoppedAt: string | undefined;
}

export function parseBackupHistory(text: string): BackupHistory {
  const after = (label: string): string => new RegExp(`^${label}: (.*)$`, "m").exec(text)?.[1] ?? "";
  return { startedAt: timeIn(after("START TIME")), stoppedAt: timeIn(after("STOP TIME")) };
}

function timeIn(text: string): string | undefined {
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:UTC|GMT)\s*$/.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1] ?? ""}T${match[2] ?? ""}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
