/**
 * Turns chunks of bytes into the lines that hold a needle, with their number and byte offset. Memory stays below a
 * few MiB whatever comes in: a line longer than `LONGEST_LINE` is searched in its beginning only, and counted.
 */
import type { NeedleSearch } from "./needle-search.js";

export const LONGEST_LINE = 1024 * 1024;
/** Beginning and end of the file are kept for their stamps. */
const EDGE = 32 * 1024;
const NEWLINE = 10;

export interface FoundLine {
  /** From 1. */
  readonly line: number;
  /** Of the line's first byte, in the inflated text. */
  readonly byteOffset: number;
  /** Without the newline; a view that holds only until the callback returns. */
  readonly bytes: Uint8Array;
  readonly cut: boolean;
}

export interface ScanTotals {
  readonly lines: number;
  readonly bytes: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Lines whose end was not searched. */
  readonly cutLines: readonly { readonly line: number; readonly byteOffset: number }[];
}

export class LineScanner {
  readonly #needles: NeedleSearch;
  readonly #found: (line: FoundLine) => void;
  #rest = Buffer.alloc(0);
  /** Bytes and lines before `#rest`. */
  #offset = 0;
  #lines = 0;
  /** Inside a line that was too long: everything up to its newline is dropped. */
  #dropping = false;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  readonly #cutLines: { line: number; byteOffset: number }[] = [];

  constructor(needles: NeedleSearch, found: (line: FoundLine) => void) {
    this.#needles = needles;
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    const fresh = this.#afterDropped(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    if (whole > 0) this.#scanWhole(bytes.subarray(0, whole));
    // A copy: the caller may use its chunk again.
    this.#rest = Buffer.from(bytes.subarray(whole));
    if (this.#rest.length > LONGEST_LINE) this.#cutRest();
  }

  /** Searches the last line too, with or without a newline. */
  end(): ScanTotals {
    if (this.#rest.length > 0) this.#scanWhole(Buffer.concat([this.#rest, Buffer.from([NEWLINE])]), 1);
    this.#rest = Buffer.alloc(0);
    const lines = this.#lines + (this.#dropping ? 1 : 0);
    return { lines, bytes: this.#offset, head: this.#head, tail: this.#tail, cutLines: this.#cutLines };
  }

  /** What is left of a chunk after the end of an over-long line. */
  #afterDropped(chunk: Buffer): Buffer {
    if (!this.#dropping) return chunk;
    const newline = chunk.indexOf(NEWLINE);
    const dropped = newline < 0 ? chunk.length : newline + 1;
    this.#offset += dropped;
    if (newline >= 0) {
      this.#dropping = false;
      this.#lines += 1;
    }
    return chunk.subarray(dropped);
  }

  #cutRest(): void {
    const beginning = this.#rest.subarray(0, LONGEST_LINE);
    this.#cutLines.push({ line: this.#lines + 1, byteOffset: this.#offset });
    if (this.#needles.next(beginning, 0) >= 0) {
      this.#found({ line: this.#lines + 1, byteOffset: this.#offset, bytes: beginning, cut: true });
    }
    this.#keepEdges(beginning.subarray(0, EDGE));
    this.#offset += this.#rest.length;
    this.#rest = Buffer.alloc(0);
    this.#dropping = true;
  }

  /** `region` ends with a newline, of which `padding` bytes are not in the file. */
  #scanWhole(region: Buffer, padding = 0): void {
    let counted = 0;
    let hit = this.#needles.next(region, 0);
    while (hit >= 0) {
      const start = region.lastIndexOf(NEWLINE, hit) + 1;
      const end = region.indexOf(NEWLINE, hit);
      this.#lines += countNewlines(region, counted, start);
      this.#emit(region.subarray(start, end), start);
      counted = start;
      hit = this.#needles.next(region, end + 1);
    }
    this.#lines += countNewlines(region, counted, region.length);
    this.#keepEdges(region);
    this.#offset += region.length - padding;
  }

  #emit(bytes: Buffer, start: number): void {
    const place = { line: this.#lines + 1, byteOffset: this.#offset + start };
    const cut = bytes.length > LONGEST_LINE;
    if (cut) this.#cutLines.push(place);
    this.#found({ ...place, bytes: cut ? bytes.subarray(0, LONGEST_LINE) : bytes, cut });
  }

  #keepEdges(region: Buffer): void {
    if (this.#head.length < EDGE) {
      this.#head = Buffer.concat([this.#head, region.subarray(0, EDGE - this.#head.length)]);
    }
    const end = region.subarray(Math.max(0, region.length - EDGE));
    this.#tail = end.length === EDGE ? Buffer.from(end) : Buffer.concat([this.#tail, end]).subarray(-EDGE);
  }
}

/** A plain loop: for lines of a few hundred bytes it beats one `indexOf` each. */
function countNewlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (bytes[at] === NEWLINE) count += 1;
  return count;
}
