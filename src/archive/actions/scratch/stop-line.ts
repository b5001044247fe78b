/** Where a recovery stopped, in the words of the server (xlogrecovery.c, recoveryStopsBefore; 9.5 to 18). */
import { giveUp } from "../../../errors.ts";
import { type LogPattern, newest } from "../../../kit/log-patterns/log-pattern.ts";
import { RECOVERY } from "../../../kit/log-patterns/recovery.ts";

/** Whether a line of the server tells the end of its recovery. */
export const tellsRecovered = (line: string): boolean => RECOVERY.recoveryComplete.says.test(line.trimEnd());

export interface Stop {
  readonly stopped_before: string;
  /** "" if no transaction was replayed. */
  readonly last_transaction: string;
}

/** Errors: `proof-failed` if it did not stop at `time`. */
export function requireStopped(
  said: readonly string[],
  { time, place }: { readonly time: string; readonly place: string },
): Stop {
  const before = lastMatch(said, RECOVERY.stoppedBefore);
  const last = lastReplayed(said);
  const target = Date.parse(time);
  // PostgreSQL's times have microseconds, and a Date has none: cutting them off never makes a time later.
  if (before !== undefined && Date.parse(before) >= target && (last === "" || Date.parse(last) <= target))
    return { stopped_before: before, last_transaction: last };
  const how = before === undefined ? "it came to the end of the WAL" : `it stopped before ${before}, after ${last}`;
  throw giveUp("proof-failed", `the copy was not recovered up to ${time}: ${how}`)
    .at(place)
    .advise("Nothing was loaded. Look at server.log in the run's place, and begin anew with another time.");
}

/** The last commit that a server has replayed, ISO 8601; "" if it names none. */
export const lastReplayed = (said: readonly string[]): string => lastMatch(said, RECOVERY.lastTransaction) ?? "";

function lastMatch(said: readonly string[], pattern: LogPattern): string | undefined {
  const found = newest(said, pattern);
  return found === undefined ? undefined : isoOf(found);
}

/** `2026-11-21 14:05:00.123456+00` or `… UTC`: the server's zone is set. */
const isoOf = (stamp: string): string =>
  `${stamp
    .trim()
    .replace(" ", "T")
    .replace(/(?:\+00(?::?00)?| UTC| GMT)$/, "")}Z`;
