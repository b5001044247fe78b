/** The segments beside a missing one: their times tell the time that the gap covers. */
import { plainKind } from "../names/layout.ts";
import type { Segment } from "../names/segment.ts";
import { type Span, spansOf } from "../names/spans.ts";
import type { ArchiveEntry } from "./archive-facts.ts";

/** An archive with more gaps than this has worse to tell than their times. */
const MOST = 128;

/** Segments that begin or end an unbroken run of their timeline. */
export function edges(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const runs = new Map<number, readonly Span[]>();
  for (const [timeline, numbers] of numbersByTimeline(entries)) runs.set(timeline, spansOf(numbers.sort()));
  const ends = new Map([...runs].map(([timeline, spans]) => [timeline, new Set(spans.flatMap(bothEnds))]));
  const found: ArchiveEntry[] = [];
  for (const entry of entries) {
    const segment = segmentIn(entry);
    if (segment !== undefined && ends.get(segment.timeline)?.has(segment.number) === true) found.push(entry);
    if (found.length === MOST) break;
  }
  return found;
}

const bothEnds = ({ first, last }: Span): readonly number[] => [first, last];

function numbersByTimeline(entries: readonly ArchiveEntry[]): ReadonlyMap<number, Float64Array> {
  const counts = new Map<number, number>();
  for (const entry of entries) {
    const segment = segmentIn(entry);
    if (segment !== undefined) counts.set(segment.timeline, (counts.get(segment.timeline) ?? 0) + 1);
  }
  const numbers = new Map([...counts].map(([timeline, count]) => [timeline, new Float64Array(count)]));
  for (const entry of entries) {
    const segment = segmentIn(entry);
    const own = segment === undefined ? undefined : numbers.get(segment.timeline);
    if (segment === undefined || own === undefined) continue;
    const left = (counts.get(segment.timeline) ?? 0) - 1;
    counts.set(segment.timeline, left);
    own[left] = segment.number;
  }
  return numbers;
}

function segmentIn({ kind, info }: ArchiveEntry): Segment | undefined {
  const plain = plainKind(kind);
  return plain.kind === "segment" && info.size > 0 ? plain.segment : undefined;
}
