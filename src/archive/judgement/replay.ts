/**
 * How far PostgreSQL replays from a base backup, its timelines laid end to end: to the last segment before the first
 * that is missing, or to the record that no other follows. PostgreSQL promotes there without a word (wal-archives.md
 * §0.1), so the WAL beyond is told before anything is changed.
 */
import { segmentNumberBefore } from "../names/lsn.ts";
import { type Segment, segmentBytesOf } from "../names/segment.ts";
import { holesIn, joined, type Span } from "../names/spans.ts";
import type { WalEnd } from "../wal/record-walk.ts";
import { extent, type TimelineWal } from "./wal.ts";

export interface Replay {
  /** Between the start and the last listed (or needed) segment: absent, or with more in it than is replayed. */
  readonly missing: readonly Span[];
  /** There, but after the first missing one. */
  readonly unreachable: readonly Span[];
  /** Undefined if not even the start segment is there. */
  readonly last: Segment | undefined;
  /** Where the records end before the last segment does; PostgreSQL asks for no segment behind it. */
  readonly end: WalEnd | undefined;
  /** Where a record begins whose rest is in no segment here. */
  readonly cutAt: bigint | undefined;
}

/** A position is undefined if only its segment is known. */
export interface ReplayStart extends Segment {
  readonly lsn: bigint | undefined;
}

export function replayFrom(start: ReplayStart, stop: Segment, wal: TimelineWal): Replay {
  const holes = holesIn(wal.whole, start.number, Math.max(stop.number, extent(wal).last));
  const run = wal.whole.find((span) => span.first <= start.number && start.number <= span.last);
  const end = run === undefined ? undefined : firstEnd(start, run.last, wal);
  const beyond = end?.number ?? run?.last ?? start.number;
  // Of a segment with more in it than is replayed a part is lost.
  const spoilt = end?.isInside === true && end.flawed ? [{ first: beyond, last: beyond }] : [];
  return {
    missing: joined([...holes, ...spoilt].sort((a, b) => a.first - b.first)),
    unreachable: wal.whole.flatMap((span) =>
      span.last > beyond ? [{ ...span, first: Math.max(span.first, beyond + 1) }] : [],
    ),
    last: run === undefined ? undefined : { timeline: start.timeline, number: beyond },
    end,
    cutAt: run === undefined || end !== undefined ? undefined : wal.ends.get(run.last)?.cutAt,
  };
}

interface MetEnd extends WalEnd {
  readonly number: number;
  /** False if the segment behind does not go on from it. */
  readonly isInside: boolean;
}

function firstEnd(start: ReplayStart, last: number, { ends }: TimelineWal): MetEnd | undefined {
  const isMet = ({ at }: WalEnd, number: number): boolean =>
    number > start.number || start.lsn === undefined || at >= start.lsn;
  let first: MetEnd | undefined;
  for (const [number, { before, inside }] of ends) {
    if (number < start.number || number > last) continue;
    const own = inside.find((end) => isMet(end, number));
    const met = number > start.number && before !== undefined ? before : own;
    if (met === undefined || (first !== undefined && first.at <= met.at)) continue;
    const isInside = met === own;
    first = {
      ...met,
      isInside,
      number: isInside ? number : Math.max(segmentNumberBefore(met.at, segmentBytesOf(number)), start.number),
    };
  }
  return first;
}
