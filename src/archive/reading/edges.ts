/** The segments beside a missing one: their times tell the time that the gap covers. */
import { plainKind } from "../names/layout.ts";
import type { Segment } from "../names/segment.ts";
import { Runs, type Span } from "../names/spans.ts";
import type { Rows } from "../../ports/object-store.ts";
import type { ArchiveEntry } from "./archive-facts.ts";

/** An archive with more gaps than this has worse to tell than their times. */
const MOST = 128;

/** Segments that begin or end an unbroken run of their timeline. */
export function edges(entries: Rows<ArchiveEntry>): readonly ArchiveEntry[] {
  const runs = new Map<number, Runs>();
  for (const entry of entries) {
    const segment = segmentIn(entry);
    if (segment !== undefined) of(runs, segment.timeline).add(segment.number);
  }
  const ends = new Map([...runs].map(([timeline, own]) => [timeline, new Set(own.spans().flatMap(bothEnds))]));
  const found: ArchiveEntry[] = [];
  for (const entry of entries) {
    const segment = segmentIn(entry);
    if (segment !== undefined && ends.get(segment.timeline)?.has(segment.number) === true) found.push(entry);
    if (found.length === MOST) break;
  }
  return found;
}

const bothEnds = ({ first, last }: Span): readonly number[] => [first, last];

function of(runs: Map<number, Runs>, timeline: number): Runs {
  const own = runs.get(timeline) ?? new Runs();
  runs.set(timeline, own);
  return own;
}

function segmentIn({ kind, info }: ArchiveEntry): Segment | undefined {
  const plain = plainKind(kind);
  return plain.kind === "segment" && info.size > 0 ? plain.segment : undefined;
}
