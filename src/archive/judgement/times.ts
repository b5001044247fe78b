/**
 * When a segment was there. The store's time is right on the original; a copy has new times, and there the time inside the
 * lzop header tells (wal-archives.md §0.2, §0.3, §2): both are upper bounds for the last commit in the segment.
 */
import { lzopWrittenAt } from "../compression/lzop-time.ts";
import type { Segment } from "../names/segment.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
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

/** Segments whose numbers and places in the entries both go up by one. */
interface PlacedRun {
  readonly first: number;
  readonly place: number;
  length: number;
}

export class Times {
  readonly #entries: ArchiveFacts["entries"];
  /** By timeline, in the order of their numbers: an archive can have a million segments. */
  readonly #runs = new Map<number, PlacedRun[]>();
  readonly #heads: ArchiveFacts["heads"];

  constructor(facts: ArchiveFacts) {
    this.#entries = facts.entries;
    this.#heads = facts.heads;
    let place = 0;
    for (const { kind } of facts.entries) {
      if (kind.kind === "segment") this.#place(kind.segment, place);
      place += 1;
    }
    for (const [timeline, runs] of this.#runs) if (!isAscending(runs)) this.#runs.set(timeline, byNumber(runs));
  }

  #place({ timeline, number }: Segment, place: number): void {
    const runs = this.#runs.get(timeline) ?? [];
    if (runs.length === 0) this.#runs.set(timeline, runs);
    const open = runs.at(-1);
    if (open !== undefined && number === open.first + open.length && place === open.place + open.length)
      open.length += 1;
    else runs.push({ first: number, place, length: 1 });
  }

  of(segment: { readonly timeline: number; readonly number: number }): SegmentTime | undefined {
    const entry = this.#entries.at(lastPlace(this.#runs.get(segment.timeline) ?? [], segment.number));
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

const isAscending = (runs: readonly PlacedRun[]): boolean =>
  runs.every(({ first }, at) => first >= (runs[at - 1]?.first ?? 0) + (runs[at - 1]?.length ?? 1) - 1);

const byNumber = (runs: readonly PlacedRun[]): PlacedRun[] =>
  runs
    .flatMap(({ first, place, length }) =>
      Array.from({ length }, (_, at) => ({ first: first + at, place: place + at, length: 1 })),
    )
    .sort((a, b) => a.first - b.first);

/** The last one of that number, as a segment can lie here under two packings. Behind all of them if there is none. */
function lastPlace(runs: readonly PlacedRun[], number: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.first ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  const { first, place, length } = runs[low - 1] ?? { first: 0, place: 0, length: 0 };
  return number < first + length ? place + number - first : Number.MAX_SAFE_INTEGER;
}
