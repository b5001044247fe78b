/**
 * The loss of a recovery as a range (law 17): at least, at most, and "none" only when that is shown. One function makes
 * the range from facts, and one puts it into words, so that every screen, document and report of a run tells the same.
 *
 * Two moments bound it. PostgreSQL archives whole segments, so all writes after the last one was closed are lost. The
 * last transaction of that segment is no later than its closing, and it was stored no earlier.
 */
import { counted } from "../kit/text/counted.ts";

export interface LossFacts {
  /** That the archive shows to be lost: after the recovery point, missing or behind a gap that replay cannot cross. */
  readonly segments: number;
  /** Which these are, for a bracket; "" when nothing is to be said of them. */
  readonly which: string;
  /** Of the last transaction that comes back: ISO 8601, or "" when it is not known. */
  readonly lastTransaction: string;
  /** When the last segment that comes back was stored: ISO 8601, or "" when it is not known. */
  readonly stored: string;
  /** ISO 8601, or "" when it is not known. */
  readonly deletedAt: string;
  /** The reason why nothing is lost, as a clause; "" when none is known. */
  readonly shown: string;
  /** Every byte was read that a restore needs: else a segment that is there may hold less than it should. */
  readonly readInFull: boolean;
  /** The database's own directory is recovered: it may hold more than the archive. */
  readonly ownDirectory?: boolean;
}

export interface LossRange {
  readonly atLeast: { readonly segments: number; readonly which: string };
  /** Null when no bound is known. */
  readonly atMost: MostLost | null;
  /** The reason why nothing is lost, as a clause; "" when none is known. */
  readonly shown: string;
  readonly readInFull: boolean;
  readonly ownDirectory?: true;
}

/** The writes between `since` and `until`. */
export interface MostLost {
  /** ISO 8601. */
  readonly since: string;
  /** The last transaction that comes back; or the moment when the last segment was stored, which was closed before. */
  readonly by: "transaction" | "segment";
  /** The deletion, ISO 8601; "" when it is not known. */
  readonly until: string;
  /** From the one to the other, rounded up; null when one of them is not known. */
  readonly seconds: number | null;
}

/** The facts about a loss that are known before the restore. */
export interface VerifiedLoss extends LossFacts {
  /** The instance wrote after its deletion: nobody knows until when. */
  readonly livedOn: boolean;
}

/** The range once PostgreSQL has named its last transaction, which narrows it; `recoveredTo`: "" when it has not. */
export function lossAfter({ livedOn, ...found }: VerifiedLoss, recoveredTo: string): LossRange {
  const lastTransaction = recoveredTo === "" ? found.lastTransaction : recoveredTo;
  return lossRange({ ...found, lastTransaction, deletedAt: livedOn ? "" : found.deletedAt });
}

export function lossRange(facts: LossFacts): LossRange {
  const { segments, which, shown, readInFull, ownDirectory } = facts;
  return {
    ...{ atLeast: { segments, which }, atMost: mostOf(facts), shown: segments === 0 ? shown : "", readInFull },
    ...(ownDirectory === true ? { ownDirectory } : {}),
  };
}

function mostOf({ lastTransaction, stored, deletedAt: until }: LossFacts): MostLost | null {
  const [since, by] = lastTransaction === "" ? [stored, "segment" as const] : [lastTransaction, "transaction" as const];
  return since === "" ? null : { since, by, until, seconds: secondsFrom(since, until) };
}

function secondsFrom(since: string, until: string): number | null {
  const ms = Date.parse(until) - Date.parse(since);
  // Clocks of two machines: a segment that is later than the deletion by them bounds nothing.
  return Number.isNaN(ms) || ms < 0 ? null : Math.max(1, Math.ceil(ms / 1000));
}

/** The range as one clause, with its grounds. */
export function lossText({ atLeast: { segments, which }, atMost, shown, readInFull, ownDirectory }: LossRange): string {
  if (shown !== "") return `nothing is lost: ${shown}`;
  const whole = segments === 0 ? `; ${noneText(readInFull)}` : "";
  const own = ownDirectory === true;
  return `${leastText(segments, atMost, which)}${mostText(atMost, own)}${sinceText(atMost)}${own ? OR_FEWER : ""}${whole}`;
}

/** Nobody has looked how far the directory goes: a node may have ended long before. */
const OR_FEWER = ", or fewer: the directory that is recovered may hold writes that were never archived";

/** Names and sizes alone show that none is missing. */
export const noneText = (readInFull: boolean): string => `no archived segment is ${readInFull ? "lost" : "missing"}`;

/** The range alone, for people who wait. */
export function shortLossText({ atLeast: { segments }, atMost, shown, ownDirectory }: LossRange): string {
  if (shown !== "") return "nothing is lost";
  const end = atMost?.by === "segment" ? { ...atMost, until: "" } : atMost;
  return `${leastText(segments, end)}${mostText(end, ownDirectory === true)}`;
}

/** A part of the most: the segments were written in that time. Nothing is said of none. */
function leastText(segments: number, most: MostLost | null, which = ""): string {
  if (segments === 0) return "";
  const named = which === "" ? "" : ` (${which})`;
  const then = most?.by === "segment" ? ": " : "; with them, ";
  return `${counted(segments, "segment")}${named} ${segments === 1 ? "is" : "are"} lost${then}`;
}

function mostText(most: MostLost | null, ownDirectory: boolean): string {
  if (most === null) return "all writes after the recovery point may be lost";
  if (most.by === "segment") return endText(most, ownDirectory ? "archived" : "recovered");
  if (most.seconds === null) return "all writes after the last transaction may be lost";
  return `up to ${spanText(most.seconds)} of writes may be lost`;
}

/** A segment was closed before it was stored, and its last transaction may be much older than both. */
function endText({ since, until, seconds }: MostLost, which: "archived" | "recovered"): string {
  const before = seconds === null ? ` (deleted ${until})` : `, ${spanText(seconds)} before the deletion at ${until}`;
  return `the ${which} data end at ${since} or earlier${until === "" ? "" : before}; later writes may be lost`;
}

/** The moments that a person can compare with the writes of applications. */
function sinceText(most: MostLost | null): string {
  if (most?.by !== "transaction") return "";
  const deleted = most.until === "" ? "" : `, deleted ${most.until}`;
  return ` (last transaction ${most.since}${deleted})`;
}

function spanText(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
