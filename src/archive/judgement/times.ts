/**
 * When a segment was there. The store's time is right on the original; a copy has new times, and there the time inside the
 * lzop header tells (wal-archives.md §0.2, §0.3, §2): both are upper bounds for the last commit in the segment.
 */
import { lzopWrittenAt } from "../compression/lzop-time.js";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.js";
import type { Run } from "./lost.js";

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
  /** By timeline and number: an archive can have a million of them. */
  readonly #entries = new Map<number, Map<number, ArchiveEntry>>();
  readonly #heads: ArchiveFacts["heads"];

  constructor(facts: ArchiveFacts) {
    this.#heads = facts.heads;
    for (const entry of facts.entries) {
      if (entry.kind.kind !== "segment") continue;
      const { timeline, number } = entry.kind.segment;
      const own = this.#entries.get(timeline) ?? new Map<number, ArchiveEntry>();
      this.#entries.set(timeline, own.set(number, entry));
    }
  }

  of(segment: { readonly timeline: number; readonly number: number }): SegmentTime | undefined {
    const entry = this.#entries.get(segment.timeline)?.get(segment.number);
    if (entry === undefined) return undefined;
    const stored = entry.info.lastModified;
    const head = this.#heads.get(entry.relative);
    const written = head === undefined ? undefined : lzopWrittenAt(head);
    const isLate = written !== undefined && Date.parse(stored) - Date.parse(written) > PROMPT_MS;
    return { time: isLate ? written : stored, by: isLate ? "header" : "store", stored, written };
  }

  /** What a run of absent segments covers: from the last one before it to the first one behind it. */
  around({ timeline, first, last }: Run): { readonly from: string | null; readonly to: string | null } {
    return {
      from: this.of({ timeline, number: first - 1 })?.time ?? null,
      to: this.of({ timeline, number: last + 1 })?.time ?? null,
    };
  }
}
