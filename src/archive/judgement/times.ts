/**
 * When a segment was there. The store's time is right on the original; a copy has new times, and there the time inside the
 * lzop header tells (wal-archives.md §0.2, §0.3, §2): both are upper bounds for the last commit in the segment.
 */
import { lzopWrittenAt } from "../compression/lzop-time.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import type { Run } from "./lost.ts";

/** A segment is stored within minutes of its last write; later than this, the store's time says less than the header's. */
const PROMPT_MS = 10 * 60 * 1000;

export interface SegmentTime {
  /** ISO 8601. */
  readonly time: string;
  /** `store`: LastModified. `header`: last write on the primary, by its clock. */
  readonly by: "store" | "header";
  readonly stored: string;
  readonly written: string | undefined;
}

export class Times {
  /** By timeline, in the order of their numbers: an archive can have a million of them. */
  readonly #entries = new Map<number, SegmentEntry[]>();
  readonly #heads: ArchiveFacts["heads"];

  constructor(facts: ArchiveFacts) {
    this.#heads = facts.heads;
    for (const entry of facts.entries) {
      if (!isSegment(entry)) continue;
      const { timeline } = entry.kind.segment;
      const own = this.#entries.get(timeline);
      if (own === undefined) this.#entries.set(timeline, [entry]);
      else own.push(entry);
    }
    for (const own of this.#entries.values()) if (!isAscending(own)) own.sort(byNumber);
  }

  of(segment: { readonly timeline: number; readonly number: number }): SegmentTime | undefined {
    const entry = lastOf(this.#entries.get(segment.timeline) ?? [], segment.number);
    if (entry === undefined) return undefined;
    const stored = entry.info.lastModified;
    const head = this.#heads.get(entry.relative);
    const written = head === undefined ? undefined : lzopWrittenAt(head);
    const isLate = written !== undefined && Date.parse(stored) - Date.parse(written) > PROMPT_MS;
    return { time: isLate ? written : stored, by: isLate ? "header" : "store", stored, written };
  }

  /** The time that a run of absent segments covers: from the last segment before it to the first one behind it. */
  around({ timeline, first, last }: Run): { readonly from: string | null; readonly to: string | null } {
    return {
      from: this.of({ timeline, number: first - 1 })?.time ?? null,
      to: this.of({ timeline, number: last + 1 })?.time ?? null,
    };
  }
}

interface SegmentEntry extends ArchiveEntry {
  readonly kind: Extract<ArchiveEntry["kind"], { readonly kind: "segment" }>;
}

const isSegment = (entry: ArchiveEntry): entry is SegmentEntry => entry.kind.kind === "segment";

const numberOf = (entry: SegmentEntry | undefined): number => entry?.kind.segment.number ?? -1;

const byNumber = (a: SegmentEntry, b: SegmentEntry): number => numberOf(a) - numberOf(b);

const isAscending = (entries: readonly SegmentEntry[]): boolean =>
  entries.every((entry, index) => index === 0 || numberOf(entries[index - 1]) <= numberOf(entry));

/** The last one of that number: a segment can lie here under two packings. */
function lastOf(entries: readonly SegmentEntry[], number: number): SegmentEntry | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberOf(entries[middle]) <= number) low = middle + 1;
    else high = middle;
  }
  const found = entries[low - 1];
  return numberOf(found) === number ? found : undefined;
}
