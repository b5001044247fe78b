/** Where a recovery stopped, in the words of the server (xlogrecovery.c, recoveryStopsBefore; 9.5 to 18). */
import { RecoverError } from "../../errors.js";

const STOPPED = /recovery stopping before (?:commit|abort)(?: prepared)? of transaction \d+, time (.+)$/;
const LAST = /last completed transaction was at log time (.+)$/;
export const RECOVERED = /archive recovery complete/;

export interface Stop {
  readonly stopped_before: string;
  /** "" where no transaction was replayed. */
  readonly last_transaction: string;
}

/** Errors: `proof-failed` where it did not stop at `time`. */
export function requireStopped(
  said: readonly string[],
  { time, place }: { readonly time: string; readonly place: string },
): Stop {
  const before = lastMatch(said, STOPPED);
  const last = lastReplayed(said);
  const target = Date.parse(time);
  // PostgreSQL's times have microseconds, and a Date has none: what is cut off never makes it later.
  if (before !== undefined && Date.parse(before) >= target && (last === "" || Date.parse(last) <= target))
    return { stopped_before: before, last_transaction: last };
  const how = before === undefined ? "it came to the end of the WAL" : `it stopped before ${before}, after ${last}`;
  throw new RecoverError("proof-failed", `the copy was not recovered up to ${time}: ${how}`, {
    remedy: "Nothing was loaded. Look at server.log in the run's place, and begin anew with another time.",
    place,
  });
}

/** The last commit that a server has replayed, ISO 8601; "" where it names none. */
export const lastReplayed = (said: readonly string[]): string => lastMatch(said, LAST) ?? "";

function lastMatch(said: readonly string[], pattern: RegExp): string | undefined {
  const found = said.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1);
  return found === undefined ? undefined : isoOf(found);
}

/** `2026-11-21 14:05:00.123456+00` or `… UTC`: the server's zone is set. */
const isoOf = (stamp: string): string =>
  `${stamp
    .trim()
    .replace(" ", "T")
    .replace(/(?:\+00(?::?00)?| UTC| GMT)$/, "")}Z`;
