/** What a restore from this archive does not bring back: in segments, and in time once the deletion is known. */
import { counted } from "../../counted.js";

export interface Loss {
  /** Segments after the recovery point that are not there. */
  readonly missing: number;
  /** Segments that are there, behind a gap that replay cannot cross. */
  readonly unreachable: number;
  /** What `--accept-loss` counts: the sum of both. */
  readonly segments: number;
}

export const NO_LOSS: Loss = { missing: 0, unreachable: 0, segments: 0 };

export function lossOf(missing: number, unreachable: number): Loss {
  return { missing, unreachable, segments: missing + unreachable };
}

export interface LossInTime {
  /** ISO 8601: the data end no later than this. */
  readonly noLaterThan: string;
  readonly deletedAt: string;
  /** At least this much is lost, zero where the archive may reach to the deletion. */
  readonly seconds: number;
}

/** `reaches` is the recovery point's time: an upper bound by the store's clock. */
export function lossInTime(reaches: string, deletedAt: Date): LossInTime {
  const seconds = Math.max(0, Math.round((deletedAt.getTime() - Date.parse(reaches)) / 1000));
  return { noLaterThan: reaches, deletedAt: deletedAt.toISOString(), seconds };
}

/** What is lost in time, the same wherever it is told; undefined where a time is not known. */
export function lossInTimeText(reaches: string | undefined, deletedAt: string): string | undefined {
  const deleted = new Date(deletedAt);
  if (reaches === undefined || Number.isNaN(deleted.getTime())) return undefined;
  const { noLaterThan, deletedAt: at, seconds } = lossInTime(reaches, deleted);
  const lost = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const told = seconds === 0 ? "it may reach to the deletion" : `at least ${lost} are lost`;
  return `deleted ${at}, the archive reaches no later than ${noLaterThan}: ${told}`;
}

export function lossText(loss: Loss): string {
  if (loss.segments === 0) return "no archived segment is lost";
  return `lost after the recovery point: ${counted(loss.segments, "segment")} (${loss.missing} missing, ${loss.unreachable} unreachable)`;
}
