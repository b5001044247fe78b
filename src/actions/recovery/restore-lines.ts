/**
 * What a restoring container says (dingo.md §3.8, real-parts.md §3.4). PostgreSQL's `restored log file` lines are
 * counted by distinct names: the last segment is restored twice, and wal-e claims success for missing ones too.
 */
export interface RestoreLog {
  readonly restored: readonly string[];
  /** Segments that wal-e could not locate, whatever it called that afterwards. */
  readonly notLocated: readonly string[];
  /** "archive recovery complete" was said. */
  readonly complete: boolean;
  readonly promoted: boolean;
  /** PostgreSQL's own `last completed transaction was at log time …`, ISO 8601, or "" where it had none. */
  readonly lastTransaction: string;
  /** The new timeline, or undefined before it was selected. */
  readonly timeline: number | undefined;
  /** What pg_controldata says when the backup script starts, once recovery is over; undefined before. */
  readonly systemId: string | undefined;
  /** A line that means that this restore has gone wrong. */
  readonly failure: string | undefined;
}

/**
 * The configuration files: wal-e leaves them out, and Patroni puts them back from its own copies, which a base backup that
 * was made in the first second after the server's start does not hold yet. Patroni would try for ever.
 */
const FAILURES =
  /could not access the server configuration file|system ID mismatch|initialized a new cluster|new cluster, no existing backup|WAL ends before end of online backup|could not locate required checkpoint record|-reinitialize> /;

export function readRestoreLog(lines: readonly string[]): RestoreLog {
  const restored = new Set<string>();
  const notLocated = new Set<string>();
  let lastTransaction = "";
  let timeline: number | undefined;
  let systemId: string | undefined;
  for (const line of lines) {
    const segment = /restored log file "([0-9A-F]{24})" from archive/.exec(line)?.[1];
    if (segment !== undefined) restored.add(segment);
    const lost = /could not be located is \S*\/([0-9A-F]{24})\.lzo/.exec(line)?.[1];
    if (lost !== undefined) notLocated.add(lost);
    lastTransaction = logTime(line) ?? lastTransaction;
    const selected = /selected new timeline ID: (\d+)/.exec(line)?.[1];
    if (selected !== undefined) timeline = Number(selected);
    systemId = /Database system identifier:\s+(\d{10,20})\b/.exec(line)?.[1] ?? systemId;
  }
  return {
    restored: [...restored].sort(),
    notLocated: [...notLocated].filter((segment) => !restored.has(segment)).sort(),
    complete: lines.some((line) => line.includes("archive recovery complete")),
    promoted: lines.some((line) => line.includes("promoted self to leader")),
    lastTransaction,
    timeline,
    systemId,
    failure: lines.find((line) => FAILURES.test(line))?.trim(),
  };
}

/** "2026-11-21 11:57:53.190195+00" → "2026-11-21T11:57:53.190Z". */
function logTime(line: string): string | undefined {
  const stamp =
    /last completed transaction was at log time (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?/.exec(
      line,
    );
  if (stamp === null) return undefined;
  const [, date = "", time = "", zone = "+00", minutes = "00"] = stamp;
  const at = Date.parse(`${date}T${time}${zone}:${minutes}`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
