/**
 * Whether a whole segment, by itself, is one that PostgreSQL replays to its end: its pages, the chain of its records and their
 * checksums (src/backend/access/transam/xlogreader.c, 9.5 to 18). Some packings have no checksum, and a bit that is flipped in
 * them unpacks to something. A record that goes on in the next segment cannot be summed up here.
 */
import { isSwitch, isWhole, RECORD_HEADER } from "./record.ts";

const PAGE = 8192;
const SHORT_HEADER = 24;
const LONG_HEADER = 40;
const CONTINUES = 0x1;
const LONG = 0x2;
/** A record that a crash cut off is given up, and the page says so (since 13.5 and its like). */
const GIVES_UP = 0x8;
/** 9.5: records of older releases have another form. */
const OLDEST_MAGIC = 0xd087;

const aligned = (value: number): number => (value + 7) & ~7;

interface Open {
  readonly at: number;
  readonly length: number;
  readonly pieces: Buffer[];
  have: number;
}

export interface Walked {
  /** A part of a sentence about the segment; undefined when nothing is wrong. */
  readonly flaw: string | undefined;
  /** The byte behind its last record, if zeros follow and no record told a switch; PostgreSQL replays no further. */
  readonly endsAt: number | undefined;
}

/** `segment` begins at its first byte. */
export function walked(segment: Buffer): Walked {
  if (segment.readUInt16LE(0) < OLDEST_MAGIC) return { flaw: undefined, endsAt: undefined };
  const walk = new Walk(segment);
  const flaw = walk.flaw();
  return { flaw, endsAt: flaw === undefined ? walk.endsAt : undefined };
}

export const flawIn = (segment: Buffer): string | undefined => walked(segment).flaw;

class Walk {
  readonly #bytes: Buffer;
  readonly #first: bigint;
  #open: Open | undefined;
  /** Of a record that began in the segment before: still to pass by. */
  #skip: number | undefined;
  #ended = false;
  endsAt: number | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#first = bytes.readBigUInt64LE(8);
  }

  flaw(): string | undefined {
    for (let page = 0; page + PAGE <= this.#bytes.length && !this.#ended; page += PAGE) {
      if (page > 0 && this.#isUnwrittenFrom(page)) {
        this.endsAt = this.#open?.at ?? (this.#skip === undefined ? page : LONG_HEADER);
        return undefined;
      }
      const flaw = this.#page(page);
      if (flaw !== undefined) return `${flaw} at byte ${page}`;
    }
    return undefined;
  }

  /** Zeros to the end, or the file's content before it was used again: pages of earlier places. */
  #isUnwrittenFrom(first: number): boolean {
    for (let page = first; page + PAGE <= this.#bytes.length; page += PAGE)
      if (this.#bytes.readBigUInt64LE(page + 8) >= this.#first + BigInt(page)) return false;
    return true;
  }

  #page(page: number): string | undefined {
    const begin = this.#begin(page);
    if (typeof begin === "string") return begin;
    for (let at = begin; at < page + PAGE && !this.#ended; ) {
      const open = this.#open ?? this.#start(at);
      if (open === "end") {
        this.#ended = true;
        this.endsAt = at;
        return undefined;
      }
      if (open === undefined) return "a record has no possible length";
      const taken = Math.min(open.length - open.have, page + PAGE - at);
      open.pieces.push(this.#bytes.subarray(at, at + taken));
      open.have += taken;
      at = aligned(at + taken);
      if (open.have < open.length) return undefined;
      this.#open = undefined;
      const record = open.pieces.length === 1 ? (open.pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(open.pieces);
      if (!isWhole(record)) return "a record does not match its checksum";
      this.#ended = isSwitch(record);
    }
    return undefined;
  }

  /** The offset of the page's own records, or the fault of its header. */
  #begin(page: number): number | string {
    const info = this.#bytes.readUInt16LE(page + 2);
    if (this.#bytes.readUInt16LE(page) !== this.#bytes.readUInt16LE(0)) return "a page has another magic number";
    if (this.#bytes.readBigUInt64LE(page + 8) !== this.#first + BigInt(page)) return "a page is of another place";
    const header = page + ((info & LONG) === 0 ? SHORT_HEADER : LONG_HEADER);
    const rest = this.#bytes.readUInt32LE(page + 16);
    if ((info & GIVES_UP) !== 0) return this.#after(header, 0);
    if (page === 0) return this.#after(header, (info & CONTINUES) === 0 ? 0 : rest);
    if (this.#skip !== undefined) return this.#after(header, this.#skip);
    const due = this.#open === undefined ? 0 : this.#open.length - this.#open.have;
    const said = (info & CONTINUES) === 0 ? 0 : rest;
    return due === said ? header : "a page does not go on with the record before it";
  }

  /** Behind the rest of a record that began in the segment before. */
  #after(header: number, rest: number): number {
    this.#open = undefined;
    const room = PAGE - (header % PAGE);
    this.#skip = rest > room ? rest - room : undefined;
    return header + Math.min(room, aligned(rest));
  }

  #start(at: number): Open | "end" | undefined {
    const length = this.#bytes.readUInt32LE(at);
    // Nothing was written here: the server stopped, and the segment was archived as it was, or a part of it under its name.
    if (length === 0) return "end";
    if (length < RECORD_HEADER) return undefined;
    this.#open = { at, length, pieces: [], have: 0 };
    return this.#open;
  }
}
