/** The WAL of an archive by name and size: which segments are there, in what runs (wal-archives.md §2). */
import type { ArchiveEntry } from "../reading/facts.js";
import { segmentName } from "../names/segment.js";
import { holesIn, sizeOf, spansOf, type Span } from "../names/spans.js";

/** An lzop file without data: a header of 38 bytes and the end mark. Anything shorter ends replay as if it were absent. */
const SHORTEST_LZOP = 42;

export interface TimelineWal {
  readonly timeline: number;
  /** Runs of segments that are there and not visibly damaged. */
  readonly whole: readonly Span[];
  /** Runs of all segments that are listed, damaged ones too. */
  readonly listed: readonly Span[];
}

/** JSON form: a run of segments by name. */
export interface SegmentRange {
  readonly timeline: number;
  readonly first: string;
  readonly last: string;
  readonly segments: number;
}

export function isDamagedSegment(entry: ArchiveEntry): boolean {
  return entry.kind.kind === "segment" && entry.info.size < SHORTEST_LZOP;
}

/** By timeline, ascending. */
export function collectWal(entries: readonly ArchiveEntry[]): readonly TimelineWal[] {
  const timelines = new Map<number, { whole: number[]; listed: number[] }>();
  for (const entry of entries) {
    if (entry.kind.kind !== "segment") continue;
    const { timeline, number } = entry.kind.segment;
    const numbers = timelines.get(timeline) ?? { whole: [], listed: [] };
    timelines.set(timeline, numbers);
    numbers.listed.push(number);
    if (!isDamagedSegment(entry)) numbers.whole.push(number);
  }
  return [...timelines]
    .sort(([a], [b]) => a - b)
    .map(([timeline, { whole, listed }]) => ({ timeline, whole: runs(whole), listed: runs(listed) }));
}

/** First to last segment of the timeline, as it is listed, and how many segments there are. */
export function timelineRange(wal: TimelineWal): SegmentRange {
  const { first, last } = extent(wal);
  return { ...rangeOf(wal.timeline, { first, last }), segments: sizeOf(wal.listed) };
}

/** Everything between the first and the last listed segment that is absent or damaged. */
export function gapsOf(wal: TimelineWal): readonly SegmentRange[] {
  const { first, last } = extent(wal);
  return holesIn(wal.whole, first, last).map((hole) => rangeOf(wal.timeline, hole));
}

export function rangeOf(timeline: number, span: Span): SegmentRange {
  return {
    timeline,
    first: segmentName({ timeline, number: span.first }),
    last: segmentName({ timeline, number: span.last }),
    segments: span.last - span.first + 1,
  };
}

/** The listed segments' first and last number. A timeline is only made with at least one. */
export function extent(wal: TimelineWal): Span {
  return { first: wal.listed[0]?.first ?? 0, last: wal.listed.at(-1)?.last ?? 0 };
}

function runs(numbers: readonly number[]): readonly Span[] {
  return spansOf([...numbers].sort((a, b) => a - b));
}
