/**
 * The inner loop of the scanner behind one small interface: a stretch of memory, and the needles in it. Two
 * implementations give the same answers: plain-finder.ts, which can be read, and wasm-finder.ts, which is fast.
 */
import type { FoundLine, Wanted } from "../../ports/log-files.ts";

/** A longer line is searched in its beginning only. */
export const LONGEST_LINE = 1024 * 1024;
export const READ_SIZE = 1024 * 1024;
/**
 * Where reads go: the beginning of a line that an earlier read left fits before it. Not at byte 0 or 16 of a page: some
 * processors copy there at half the speed (8 instead of 20 GB/s on an AMD EPYC, measured November 2026).
 */
export const READ_AT = LONGEST_LINE + 4096 + 32;
export const TEXT_SIZE = READ_AT + READ_SIZE;

/** Longer lines are not kept, and not more bytes of all of them at a time: they are found as any other. */
export const LONGEST_KEPT = 4096;
export const MOST_KEPT = 4 * 1024 * 1024;

/** The last line of a key (`NewestOfKey`), in memory that nothing else is written to. */
export type NewestLine = FoundLine & Required<Pick<FoundLine, "key">>;

export interface Finder {
  /** `TEXT_SIZE` bytes. The reader writes straight into it, so that nothing is copied. */
  readonly text: Buffer;
  /** The byte offset in its file of the first byte of `text`, for lines that are kept. */
  origin: number;
  /**
   * Where in `text` a needle begins that lies within `from` to `end`, or -1. If there are several, one on the first
   * line that holds any. Lines of which the newest are wanted are passed over and kept: `from` is no place within one.
   */
  find(from: number, end: number): number;
  /** Whether the kept lines are to be taken: behind that there is room for those of one more read. */
  readonly isFull: boolean;
  /** The lines that were kept since the last call. */
  takeNewest(): readonly NewestLine[];
  /** How many newlines there are from `from` to `end`. */
  newlines(from: number, end: number): number;
  /** Where the line begins that `at` is in, as far as it lies from `from` on. */
  lineStart(at: number, from: number): number;
  /** Where the newline is that ends the line that `at` is in, or `end` if it is not before it. */
  lineEnd(at: number, end: number): number;
}

/** The needle of the rule is the last. */
export function needlesOf({ needles, newest }: Wanted): readonly Buffer[] {
  const all = newest === undefined ? needles : [...needles, newest.needle];
  const encoded = all.map((needle) => Buffer.from(needle));
  if (encoded.length === 0 || encoded.some((needle) => needle.length < 2 || needle.includes(10)))
    throw new RangeError("needles are two bytes or longer and hold no newline");
  return encoded;
}
