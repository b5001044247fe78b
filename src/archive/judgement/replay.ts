/**
 * How far PostgreSQL replays from a base backup, its timelines laid end to end: to the last segment before the first that is missing.
 * It promotes there without a word (wal-archives.md §0.1), so whatever lies beyond is told before anything is changed.
 */
import type { Segment } from "../names/segment.js";
import { holesIn, type Span } from "../names/spans.js";
import { extent, type TimelineWal } from "./wal.js";

export interface Replay {
  /** Absent between the start and the last listed (or needed) segment. */
  readonly missing: readonly Span[];
  /** There, but after the first missing one. */
  readonly unreachable: readonly Span[];
  /** Undefined where not even the start segment is there. */
  readonly last: Segment | undefined;
}

export function replayFrom(start: Segment, stop: Segment, wal: TimelineWal): Replay {
  const missing = holesIn(wal.whole, start.number, Math.max(stop.number, extent(wal).last));
  const run = wal.whole.find((span) => span.first <= start.number && start.number <= span.last);
  const beyond = run?.last ?? start.number;
  return {
    missing,
    unreachable: wal.whole.filter((span) => span.first > beyond),
    last: run === undefined ? undefined : { timeline: start.timeline, number: run.last },
  };
}
