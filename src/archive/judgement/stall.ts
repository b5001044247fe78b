/**
 * Whether archiving had stopped some time before the end: an archive without a gap can still lack the last hours, and nothing
 * in it looks wrong. Told from the pace of the last segments, and from how late they were stored.
 */
import type { Course } from "./course.ts";
import type { Times } from "./times.ts";
import { timelineAt } from "./history.ts";

/** Dingo's clusters archive at least every ten minutes (`archive_timeout`, dingo.md §3.5); this is twice that. */
const LONGEST_PAUSE_MS = 20 * 60 * 1000;
const LOOKED_AT = 12;

export interface Stall {
  /** ISO 8601: when the last segment was stored. */
  readonly lastStored: string;
  /** Typical pause between the last segments, in seconds; null if there are too few. */
  readonly usualPauseSeconds: number | null;
  /** From the last segment to the end that was given; null without one. */
  readonly silentSeconds: number | null;
  /** The last segment was written so long before it was stored; null if that is not known. */
  readonly lateSeconds: number | null;
  readonly stalled: boolean;
}

/** `endedAt`: when the database was deleted. */
export function stallOf(course: Course, times: Times, endedAt: Date | undefined): Stall | undefined {
  if (course.last === undefined) return undefined;
  const number = course.unreachable.at(-1)?.last ?? course.last.number;
  const stored = Array.from({ length: LOOKED_AT }, (_, back) => number - back)
    .map((each) => times.of({ timeline: timelineAt(course.stretches, each), number: each }))
    .flatMap((at) => (at === undefined ? [] : [at]));
  const newest = stored[0];
  if (newest === undefined) return undefined;
  const pause = usualPause(stored.map((each) => Date.parse(each.time)));
  const silent = endedAt === undefined ? null : (endedAt.getTime() - Date.parse(newest.time)) / 1000;
  const late = newest.written === undefined ? null : (Date.parse(newest.stored) - Date.parse(newest.written)) / 1000;
  const allowed = Math.max(LONGEST_PAUSE_MS / 1000, (pause ?? 0) * 3);
  return {
    lastStored: newest.stored,
    usualPauseSeconds: pause,
    silentSeconds: silent,
    lateSeconds: late,
    stalled: silent !== null && silent > allowed,
  };
}

/** The median, in seconds. */
function usualPause(descending: readonly number[]): number | null {
  const pauses = descending
    .slice(1)
    .map((time, index) => ((descending[index] ?? time) - time) / 1000)
    .filter((pause) => pause > 0)
    .sort((a, b) => a - b);
  return pauses[Math.floor(pauses.length / 2)] ?? null;
}

/** Why the archive may end earlier than the database did. */
export function stallText({ lastStored, silentSeconds, usualPauseSeconds }: Stall): string {
  const pause = usualPauseSeconds === null ? "" : `, though one came about every ${minutes(usualPauseSeconds)}`;
  return `no segment was stored in the last ${minutes(silentSeconds ?? 0)} before the deletion (the last at ${lastStored})${pause}: archiving had stopped, or nothing was written`;
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
