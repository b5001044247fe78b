/**
 * How far PostgreSQL replays from a base backup, its timelines laid end to end: to the last segment before the first
 * that is missing, or into one in which the records end though others follow. PostgreSQL promotes there without a word
 * (wal-archives.md §0.1), so the WAL beyond is told before anything is changed.
 */
import type { Segment } from "../names/segment.ts";
import { holesIn, type Span } from "../names/spans.ts";
import { extent, type TimelineWal } from "./wal.ts";

export interface Replay {
  /** Absent between the start and the last listed (or needed) segment. */
  readonly missing: readonly Span[];
  /** There, but after the first missing one. */
  readonly unreachable: readonly Span[];
  /** Undefined if not even the start segment is there. */
  readonly last: Segment | undefined;
  /** The byte of the last one at which its records end, if others follow it; undefined if it is replayed whole. */
  readonly endsAt: number | undefined;
}

export function replayFrom(start: Segment, stop: Segment, wal: TimelineWal): Replay {
  const missing = holesIn(wal.whole, start.number, Math.max(stop.number, extent(wal).last));
  const run = wal.whole.find((span) => span.first <= start.number && start.number <= span.last);
  const end = run === undefined ? undefined : earlyEnd(wal, { first: start.number, last: run.last });
  const beyond = end?.number ?? run?.last ?? start.number;
  return {
    missing,
    unreachable: wal.whole.flatMap((span) =>
      span.last > beyond ? [{ ...span, first: Math.max(span.first, beyond + 1) }] : [],
    ),
    last: run === undefined ? undefined : { timeline: start.timeline, number: beyond },
    endsAt: end?.endsAt,
  };
}

/** The first segment of a run whose records end in it; that of the very last one is the end of all. */
function earlyEnd(wal: TimelineWal, { first, last }: Span): { number: number; endsAt: number } | undefined {
  const numbers = [...wal.ends.keys()].filter((each) => first <= each && each <= last && each < extent(wal).last);
  const number = numbers.length === 0 ? undefined : Math.min(...numbers);
  const endsAt = number === undefined ? undefined : wal.ends.get(number);
  return number === undefined || endsAt === undefined ? undefined : { number, endsAt };
}
