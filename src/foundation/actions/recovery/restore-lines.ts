/**
 * Reads the lines of a restoring container (dingo.md §3.8, real-parts.md §3.4). They explain a proof and never are one:
 * the next image may print others. PostgreSQL restores the last segment twice, so that segments are counted by name.
 */
import { type LogPattern, newest } from "../../../kit/log-patterns/log-pattern.ts";
import { RECOVERY } from "../../../kit/log-patterns/recovery.ts";
import { ownTexts } from "../../../kit/log-patterns/said-line.ts";
import { PATRONI, START_UP } from "../../../kit/log-patterns/start-up.ts";

export interface RestoreLog {
  readonly restored: readonly string[];
  /** Segments that wal-e could not locate; it calls such a restore complete all the same. */
  readonly notLocated: readonly string[];
  /** PostgreSQL's own `last completed transaction was at log time …`, ISO 8601, or "" when it named none. */
  readonly lastTransaction: string;
  /** The line that explains why this restore does not come to its end; undefined when there is none. */
  readonly failure: string | undefined;
}

/** How many segments the log names as restored: a log in words that nobody knows names none, and all may be back. */
export function restoredText(count: number): string {
  return count === 0 ? "the log names no restored segment" : `${count} segments restored`;
}

const FAILURES: readonly LogPattern[] = [
  PATRONI.systemIdMismatch,
  PATRONI.restartLoop,
  START_UP.systemIdLacking,
  START_UP.nothingToRestore,
  START_UP.madeNewCluster,
  RECOVERY.configurationLacking,
  RECOVERY.walEndsEarly,
  RECOVERY.consistencyUnreached,
  RECOVERY.checkpointLacking,
];

export function readRestoreLog(lines: readonly string[]): RestoreLog {
  const texts = ownTexts(lines);
  const restored = segmentsIn(texts, RECOVERY.segmentRestored);
  const notLocated = segmentsIn(texts, RECOVERY.segmentNotLocated);
  for (const segment of restored) notLocated.delete(segment);
  return {
    restored: [...restored].sort(),
    notLocated: [...notLocated].sort(),
    lastTransaction: isoTime(newest(texts, RECOVERY.lastTransaction)),
    failure: sinceItRestores(texts)
      .find((text) => FAILURES.some(({ says }) => says.test(text)))
      ?.trim(),
  };
}

/** The lines since the newest restore began; earlier ones are over. */
function sinceItRestores(texts: readonly string[]): readonly string[] {
  return texts.slice(texts.findLastIndex((text) => START_UP.restores.says.test(text)) + 1);
}

function segmentsIn(texts: readonly string[], { says }: LogPattern): Set<string> {
  return new Set(texts.flatMap((text) => says.exec(text)?.[1] ?? []));
}

/** "2026-11-21 11:57:53.190195+00" → "2026-11-21T11:57:53.190Z"; "" if it is no time. */
function isoTime(stamp: string | undefined): string {
  const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?/.exec(stamp ?? "");
  if (found === null) return "";
  const [, date = "", time = "", zone = "+00", minutes = "00"] = found;
  const at = Date.parse(`${date}T${time}${zone}:${minutes}`);
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}
