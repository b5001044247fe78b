/** Reads a gzip file of one member or several (RFC 1952), checked as it says: length and CRC-32 of each. */
import { readSync } from "node:fs";
import type { Job } from "./job.ts";
import type { LineScanner } from "./line-scanner.ts";
import { RawInflate } from "./raw-inflate.ts";

const INPUT = 256 * 1024;
/** Below this many inflated bytes any ratio is fine; real logs pack 10 to 60 times, deflate itself ends near 1000. */
export const FREE_BYTES = 256 * 1024 * 1024;
export const HIGHEST_RATIO = 400;
/** Header flags of RFC 1952 §2.3.1. */
const [HEADER_CRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16] as const;

export const BOMB = `inflates more than ${HIGHEST_RATIO} times; the rest was not read`;
const BROKEN = "breaks off: its gzip data are cut or damaged";

export function* scanGzip(job: Job, scanner: LineScanner): Generator<number, string | undefined> {
  const input = new Input(job.descriptor);
  const inflate = new RawInflate();
  try {
    let inflated = 0;
    while (input.atMember()) {
      inflate.reset();
      const member = readMember(input, inflate, scanner);
      for (let step = member.next(); ; step = member.next()) {
        if (step.done === true) {
          if (step.value !== undefined) return `${BROKEN} (${step.value})`;
          break;
        }
        inflated += step.value;
        if (inflated > FREE_BYTES && inflated > input.read * HIGHEST_RATIO) return BOMB;
        yield input.takeRead();
      }
    }
    return input.onlyZeros() ? undefined : `${BROKEN} (what follows is no gzip data)`;
  } finally {
    inflate.close();
  }
}

/** Yields the bytes inflated, and tells the member's fault. */
function* readMember(input: Input, inflate: RawInflate, scanner: LineScanner): Generator<number, string | undefined> {
  if (!skipHeader(input)) return "unexpected end of file";
  const from = input.at;
  const { crc32 } = process.getBuiltinModule("node:zlib");
  let check = 0;
  let length = 0;
  for (let ended = false; !ended; ) {
    if (!input.fill()) return "unexpected end of file";
    const room = scanner.room();
    const step = inflate.inflate(input.bytes(), room);
    if (step.failure !== undefined) {
      yield* upToDamage(input.again(from), inflate, { scanner, known: length });
      return step.failure;
    }
    input.skip(step.consumed);
    check = crc32(room.subarray(0, step.produced), check);
    length += step.produced;
    scanner.filled(step.produced);
    ended = step.ended;
    yield step.produced;
  }
  if (!input.fill(8)) return "unexpected end of file";
  const trailer = input.bytes();
  const right = trailer.readUInt32LE(0) === check && trailer.readUInt32LE(4) === length % 2 ** 32;
  input.skip(8);
  return right ? undefined : "incorrect data check";
}

/**
 * Bytes of a little piece. When a call meets damage, nothing tells how much it had unpacked: its whole piece is lost.
 */
const LITTLE = 64;
const KNOWN = 64 * 1024;

/**
 * Unpacks the member again. Behind its `known` bytes it goes in little pieces, so that only the last piece is lost.
 * Yields nothing but turns.
 */
function* upToDamage(
  input: Input,
  inflate: RawInflate,
  { scanner, known }: { readonly scanner: LineScanner; readonly known: number },
): Generator<number, void> {
  const scratch = Buffer.allocUnsafe(KNOWN);
  inflate.reset();
  for (let length = 0; input.fill(); ) {
    const fresh = length >= known;
    const room = fresh ? scanner.room().subarray(0, LITTLE) : scratch.subarray(0, known - length);
    const { consumed, produced, failure } = inflate.inflate(input.bytes(), room);
    if (failure !== undefined) return;
    input.skip(consumed);
    length += produced;
    if (fresh) scanner.filled(produced);
    else yield 0;
  }
}

function skipHeader(input: Input): boolean {
  if (!input.fill(10)) return false;
  const flags = input.bytes()[3] ?? 0;
  input.skip(10);
  if ((flags & EXTRA) !== 0) {
    if (!input.fill(2)) return false;
    const length = input.bytes().readUInt16LE(0);
    if (!input.fill(2 + length)) return false;
    input.skip(2 + length);
  }
  for (const text of [NAME, COMMENT]) if ((flags & text) !== 0 && !input.skipThrough(0)) return false;
  if ((flags & HEADER_CRC) === 0) return true;
  if (!input.fill(2)) return false;
  input.skip(2);
  return true;
}

/** The file's bytes, a piece at a time. */
class Input {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(INPUT);
  #start = 0;
  #end = 0;
  #told = 0;
  /** Bytes read of the file. */
  read: number;

  constructor(descriptor: number, from = 0) {
    this.#descriptor = descriptor;
    this.read = from;
  }

  /** Where the next byte stands in the file. */
  get at(): number {
    return this.read - (this.#end - this.#start);
  }

  /** The same file, from there. */
  again(from: number): Input {
    return new Input(this.#descriptor, from);
  }

  bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  skip(length: number): void {
    this.#start += length;
  }

  /** Whether there are so many bytes; reads on if there are fewer. */
  fill(wanted = 1): boolean {
    if (this.#end - this.#start >= wanted) return true;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    while (this.#end < wanted) {
      const length = readSync(this.#descriptor, this.#buffer, this.#end, INPUT - this.#end, this.read);
      if (length === 0) return false;
      this.read += length;
      this.#end += length;
    }
    return true;
  }

  skipThrough(byte: number): boolean {
    while (this.fill()) {
      const at = this.bytes().indexOf(byte);
      this.skip(at < 0 ? this.#end - this.#start : at + 1);
      if (at >= 0) return true;
    }
    return false;
  }

  atMember(): boolean {
    return this.fill(2) && this.bytes()[0] === 0x1f && this.bytes()[1] === 0x8b;
  }

  /** Padding of tapes and block devices. */
  onlyZeros(): boolean {
    while (this.fill()) {
      if (this.bytes().some((byte) => byte !== 0)) return false;
      this.skip(this.#end - this.#start);
    }
    return true;
  }

  /** The bytes that were read since the last call. */
  takeRead(): number {
    const fresh = this.read - this.#told;
    this.#told = this.read;
    return fresh;
  }
}

/** The first bytes of the text, at most `length`; none if it cannot be read. */
export function firstOfGzip(descriptor: number, length: number): Buffer {
  const input = new Input(descriptor);
  const inflate = new RawInflate();
  const output = Buffer.alloc(length);
  let filled = 0;
  try {
    if (!input.atMember() || !skipHeader(input)) return output.subarray(0, 0);
    while (filled < length && input.fill()) {
      const { consumed, produced, ended, failure } = inflate.inflate(input.bytes(), output.subarray(filled));
      input.skip(consumed);
      filled += produced;
      if (ended || failure !== undefined) break;
    }
    return output.subarray(0, filled);
  } finally {
    inflate.close();
  }
}
