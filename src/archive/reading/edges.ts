/** The segments beside which one is missing: what they say of their time tells what a gap covers. */
import { plainKind } from "../names/layout.js";
import type { Segment } from "../names/segment.js";
import type { ArchiveEntry } from "./archive-facts.js";

/** An archive with more gaps than this has worse to tell than their times. */
const MOST = 128;

/** Segments that begin or end an unbroken run of their timeline. */
export function edges(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const present = new Map<number, Set<number>>();
  for (const entry of entries) {
    const segment = segmentIn(entry);
    if (segment === undefined) continue;
    const own = present.get(segment.timeline) ?? new Set<number>();
    present.set(segment.timeline, own.add(segment.number));
  }
  const isEdge = (entry: ArchiveEntry): boolean => {
    const segment = segmentIn(entry);
    const own = present.get(segment?.timeline ?? 0);
    return segment !== undefined && !(own?.has(segment.number - 1) === true && own.has(segment.number + 1));
  };
  return entries.filter(isEdge).slice(0, MOST);
}

function segmentIn({ kind, info }: ArchiveEntry): Segment | undefined {
  const plain = plainKind(kind);
  return plain.kind === "segment" && info.size > 0 ? plain.segment : undefined;
}
