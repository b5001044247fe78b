/**
 * Turns bytes into the lines that hold a needle, with their number and byte offset. It owns no memory but its finder's,
 * for every input. Only the beginning of a line longer than `LONGEST_LINE` is searched, and the line is counted.
 */
import type { FoundLine } from "../../ports/log-files.ts";
import { type Finder, LONGEST_LINE, type NewestLine, READ_AT, READ_SIZE, TEXT_SIZE } from "./finder.ts";

/** Beginning and end of the text are kept for their stamps. */
export const EDGE = 32 * 1024;

export interface ScanTotals {
  /** Lines that began in the text. */
  readonly lines: number;
  readonly bytes: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly cutLines: readonly { readonly line: number; readonly byteOffset: number }[];
}

export interface NumberedLine extends FoundLine {
  readonly line: number;
}

export interface LineSink {
  found(line: NumberedLine): void;
  /** Lines of which the newest are wanted, as far as they were read: there is no room for more. */
  kept(lines: readonly NewestLine[]): void;
}

export interface ScanStart {
  /** Of the first byte. */
  readonly byteOffset: number;
  /** The text begins within a line, which belongs to somebody else. */
  readonly withinLine: boolean;
  /** If false, no line's number is right. */
  readonly numbered: boolean;
  /**
   * If false, nobody asks for the last bytes, unless they are of a line that is cut: to keep them takes a fiftieth of a
   * search.
   */
  readonly tailed: boolean;
}

const FROM_START: ScanStart = { byteOffset: 0, withinLine: false, numbered: true, tailed: true };

export class LineScanner {
  readonly #finder: Finder;
  readonly #text: Buffer;
  readonly #sink: LineSink;
  /** The bytes in memory that are not yet searched lie from `#start` to `#end`; they are the beginning of a line. */
  #start = READ_AT;
  #end = READ_AT;
  /** Of the byte at `#start`. */
  #offset: number;
  #bytes = 0;
  #lines = 0;
  readonly #numbered: boolean;
  readonly #tailed: boolean;
  /** Everything up to the next newline belongs to a line that was cut, or to one of somebody else. */
  #dropping: boolean;
  #head = Buffer.alloc(0);
  readonly #tail = Buffer.allocUnsafeSlow(EDGE);
  #tailLength = 0;
  readonly #cutLines: { line: number; byteOffset: number }[] = [];

  constructor(finder: Finder, sink: LineSink, start: ScanStart = FROM_START) {
    this.#finder = finder;
    this.#text = finder.text;
    this.#sink = sink;
    this.#offset = start.byteOffset;
    this.#dropping = start.withinLine;
    this.#numbered = start.numbered;
    this.#tailed = start.tailed;
  }

  /** No line has begun that has not ended, or its end does not matter. */
  get between(): boolean {
    return this.#start === this.#end;
  }

  /** Where to write the next bytes; never empty. It may be used once, before `filled`. */
  room(): Buffer {
    if (TEXT_SIZE - this.#end < READ_SIZE / 2 || this.between) this.#move();
    return this.#text.subarray(this.#end, TEXT_SIZE);
  }

  /** So many bytes were written to `room`. */
  filled(length: number): void {
    const fresh = this.#end;
    this.#end += length;
    this.#bytes += length;
    if (this.#dropping) this.#drop();
    else this.#take(fresh);
    if (this.#finder.isFull) this.#sink.kept(this.#finder.takeNewest());
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const room = this.room();
      const part = chunk.subarray(at, at + room.length);
      room.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  /** Searches the last line too, with or without a newline. */
  end(): ScanTotals {
    if (this.#end > this.#start) {
      this.#scan(this.#end);
      this.#lines += 1;
    }
    return {
      lines: this.#lines,
      bytes: this.#bytes,
      head: this.#head,
      tail: this.#tail.subarray(EDGE - this.#tailLength),
      cutLines: this.#cutLines,
    };
  }

  #move(): void {
    const length = this.#end - this.#start;
    this.#text.copyWithin(READ_AT - length, this.#start, this.#end);
    this.#start = READ_AT - length;
    this.#end = READ_AT;
  }

  #drop(): void {
    const newline = this.#finder.lineEnd(this.#start, this.#end);
    const next = Math.min(newline + 1, this.#end);
    this.#offset += next - this.#start;
    this.#start = next;
    if (newline === this.#end) return;
    this.#dropping = false;
    this.#take(this.#start);
  }

  /** Searches every line that is whole; `fresh` is where newlines may stand. */
  #take(fresh: number): void {
    const first = this.#finder.lineEnd(fresh, this.#end);
    // One read is no longer than the longest line: only the first line can be longer.
    if (first - this.#start > LONGEST_LINE) this.#cut();
    else if (first < this.#end) this.#scan(this.#finder.lineStart(this.#end, fresh));
  }

  #cut(): void {
    this.#lines += 1;
    const place = { line: this.#lines, byteOffset: this.#offset };
    this.#cutLines.push(place);
    const end = this.#start + LONGEST_LINE;
    if (this.#finder.find(this.#start, end) >= 0)
      this.#sink.found({ ...place, bytes: this.#text.subarray(this.#start, end), cut: true });
    this.#keepHead(this.#start, this.#start + EDGE);
    this.#keepTail(this.#start, this.#start + EDGE);
    this.#offset += LONGEST_LINE;
    this.#start = end;
    this.#dropping = true;
    this.#drop();
  }

  /** Up to `end`, which follows a newline unless it is the last. */
  #scan(end: number): void {
    const begin = this.#start;
    this.#finder.origin = this.#offset - begin;
    let counted = begin;
    for (let hit = this.#finder.find(begin, end); hit >= 0; ) {
      const start = this.#finder.lineStart(hit, begin);
      const stop = this.#finder.lineEnd(hit, end);
      this.#count(counted, start);
      counted = start;
      this.#emit(start, stop);
      hit = this.#finder.find(stop, end);
    }
    this.#count(counted, end);
    this.#keepHead(begin, end);
    if (this.#tailed) this.#keepTail(begin, end);
    this.#offset += end - begin;
    this.#start = end;
  }

  #count(from: number, end: number): void {
    if (this.#numbered) this.#lines += this.#finder.newlines(from, end);
  }

  #emit(start: number, stop: number): void {
    const place = { line: this.#lines + 1, byteOffset: this.#offset + start - this.#start };
    this.#sink.found({ ...place, bytes: this.#text.subarray(start, stop), cut: false });
  }

  #keepHead(begin: number, end: number): void {
    if (this.#head.length === EDGE) return;
    const more = this.#text.subarray(begin, Math.min(end, begin + EDGE - this.#head.length));
    this.#head = Buffer.concat([this.#head, more]);
  }

  #keepTail(begin: number, end: number): void {
    const length = Math.min(EDGE, end - begin);
    if (length < EDGE) this.#tail.copyWithin(0, length);
    this.#text.copy(this.#tail, EDGE - length, end - length, end);
    this.#tailLength = Math.min(EDGE, this.#tailLength + length);
  }
}
