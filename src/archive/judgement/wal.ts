/** The WAL of an archive by name and size: its segments, in runs (wal-archives.md §2). */
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import type { WalEnds } from "../reading/archive-facts.ts";
import { packingOfKey } from "../names/packing.ts";
import { segmentName } from "../names/segment.ts";
import { holesIn, Runs, sizeOf, type Span, without } from "../names/spans.ts";

/** An lzop file without data: a header of 38 bytes and the end mark. Anything shorter ends replay as if it were absent. */
const SHORTEST_LZOP = 42;
/** A segment that is not packed at all has its full size; any other packing of 16 MiB takes more than this. */
const SHORTEST_PACKED = 12;

export interface TimelineWal {
  readonly timeline: number;
  /** Runs of segments that are there and not visibly damaged. */
  readonly whole: readonly Span[];
  /** Runs of all segments that are listed, damaged ones too. */
  readonly listed: readonly Span[];
  /** By number: where a replay that comes to a whole segment ends. */
  readonly ends: ReadonlyMap<number, WalEnds>;
}

/** JSON form: a run of segments by name. */
export interface SegmentRange {
  readonly timeline: number;
  readonly first: string;
  readonly last: string;
  readonly segments: number;
}

export function isDamagedSegment(entry: ArchiveEntry): boolean {
  return entry.kind.kind === "segment" && isTooShort(entry);
}

/** For anything that is packed as its name says. */
export function isTooShort(entry: ArchiveEntry): boolean {
  const { size } = entry.info;
  return size < SHORTEST_LZOP && (size < SHORTEST_PACKED || packingOfKey(entry.relative) === "lzo");
}

/**
 * By timeline, ascending. `damaged` keys count as listed only, and so do segments that the reader does not see for
 * their packing. One that lies here twice, under two packings, is whole only if both are: WAL-G takes the one whose
 * packing it took last (v0.2.19 internal/wal_fetch_handler.go, putCachedDecompressorInFirstPlace).
 */
export function collectWal(
  entries: Iterable<ArchiveEntry>,
  { damaged = new Map(), insides = new Map(), takesAnyCopy = false }: Terms = {},
): readonly TimelineWal[] {
  const timelines = new Map<number, Collected>();
  for (const entry of entries) {
    const kind = segmentIn(entry);
    if (kind === undefined) continue;
    const { timeline, number } = kind.segment;
    const own: Collected = timelines.get(timeline) ?? {
      ...{ whole: new Runs(), listed: new Runs(), spoilt: new Runs() },
      ends: new Map(),
    };
    timelines.set(timeline, own);
    own.listed.add(number);
    if (kind.hidden) continue;
    const ends = insides.size === 0 ? undefined : insides.get(entry.relative)?.ends;
    if (ends !== undefined) own.ends.set(number, ends);
    const isWhole = !isDamagedSegment(entry) && (damaged.size === 0 || !damaged.has(entry.relative));
    (isWhole ? own.whole : own.spoilt).add(number);
  }
  return [...timelines]
    .sort(([a], [b]) => a - b)
    .map(([timeline, { whole, listed, spoilt, ends }]) => ({
      timeline,
      ends,
      whole: takesAnyCopy ? whole.spans() : without(whole.spans(), spoilt.spans()),
      listed: listed.spans(),
    }));
}

interface Terms {
  readonly damaged?: ReadonlyMap<string, string>;
  readonly insides?: ArchiveFacts["insides"];
  readonly takesAnyCopy?: boolean;
}

interface Collected {
  readonly whole: Runs;
  readonly listed: Runs;
  readonly spoilt: Runs;
  readonly ends: Map<number, WalEnds>;
}

function segmentIn({ kind }: ArchiveEntry) {
  if (kind.kind === "segment") return { segment: kind.segment, hidden: false };
  if (kind.kind !== "other-compression" || kind.as.kind !== "segment") return undefined;
  return { segment: kind.as.segment, hidden: true };
}

/** First to last segment of the timeline, as it is listed, and how many segments there are. */
export function timelineRange(wal: TimelineWal): SegmentRange {
  const { first, last } = extent(wal);
  return { ...rangeOf(wal.timeline, { first, last }), segments: sizeOf(wal.listed) };
}

/** Everything between the first and the last listed segment that is absent or damaged. */
export function gapsOf(wal: TimelineWal): readonly Span[] {
  const { first, last } = extent(wal);
  return holesIn(wal.whole, first, last);
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
