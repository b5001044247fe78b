/** The segments beside which one is missing: what they say of their time tells what a gap covers. */
import { plainKind } from "../names/layout.js";
import type { ArchiveEntry } from "./archive-facts.js";

/** An archive with more gaps than this has worse to tell than their times. */
const MOST = 128;

/** Segments that begin or end an unbroken run of their timeline. */
export function edges(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const segments = entries.flatMap((entry) => {
    const kind = plainKind(entry.kind);
    return kind.kind === "segment" && entry.info.size > 0 ? [{ entry, ...kind.segment }] : [];
  });
  const present = new Set(segments.map(place));
  const isThere = (timeline: number, number: number): boolean => present.has(place({ timeline, number }));
  return segments
    .filter(({ timeline, number }) => !isThere(timeline, number - 1) || !isThere(timeline, number + 1))
    .map(({ entry }) => entry)
    .slice(0, MOST);
}

const place = ({ timeline, number }: { readonly timeline: number; readonly number: number }): string =>
  `${timeline}:${number}`;
