/**
 * Reads when transactions ended out of whole segments that follow one another, as far as PostgreSQL itself would read:
 * to the first page or record that does not continue the one before (src/backend/access/transam/xlogreader.c, 9.5 to
 * 18).
 */
import { isSwitch, isWhole, previousOf, RECORD_HEADER, type TransactionEnd, transactionEnd } from "./record.ts";

const PAGE = 8192;
const SHORT_HEADER = 24;
const LONG_HEADER = 40;
const CONTINUES = 0x1;
const LONG = 0x2;
/** A record that a crash cut off is given up, and the page says so (since 13.5 and its like). */
const GIVES_UP = 0x8;
/** Larger records are refused by every release since 16, and none is near it before. */
const LARGEST_RECORD = 1020 * 1024 * 1024;

const aligned = (value: number): number => (value + 7) & ~7;

export class TransactionEnds {
  /** The open record: the bytes so far, and its whole length. */
  #open: { readonly at: bigint; readonly length: number; readonly pieces: Buffer[]; have: number } | undefined;
  #previous: bigint | undefined;
  #magic: number | undefined;
  /** The WAL ends behind the bytes that were read: nothing that is given from then on is looked at. */
  ended = false;
  #next: bigint | undefined;

  /** Behind the last record that was read whole; undefined before the first. */
  get end(): bigint | undefined {
    return this.#next;
  }

  /** `first` is the position of the segment's first byte. Each end is told with the place where its record begins. */
  read(segment: Uint8Array, first: bigint, told: (end: TransactionEnd, at: bigint) => void): void {
    const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length);
    for (let page = 0; page < bytes.length && !this.ended; page += PAGE) {
      const skips = this.#page(bytes.subarray(page, page + PAGE), first + BigInt(page), told);
      if (skips) return;
    }
  }

  /** True if the rest of the segment is empty. */
  #page(page: Buffer, address: bigint, told: (end: TransactionEnd, at: bigint) => void): boolean {
    const begin = this.#begin(page, address);
    if (begin === undefined) return false;
    let at = begin;
    while (at < PAGE) {
      const open = this.#open ?? this.#start(page, at, address);
      if (open === undefined) return false;
      const taken = Math.min(open.length - open.have, PAGE - at);
      open.pieces.push(page.subarray(at, at + taken));
      open.have += taken;
      at = aligned(at + taken);
      if (open.have < open.length) return false;
      this.#open = undefined;
      const record = open.pieces.length === 1 ? open.pieces[0] : Buffer.concat(open.pieces);
      if (record === undefined || !this.#accept(record, open.at, told)) return false;
      this.#next = address + BigInt(at);
      if (isSwitch(record)) return true;
    }
    return false;
  }

  /**
   * Where the page's own records begin; undefined if the WAL has ended, or the whole page belongs to a record begun
   * before.
   */
  #begin(page: Buffer, address: bigint): number | undefined {
    const info = page.readUInt16LE(2);
    this.#magic ??= page.readUInt16LE(0);
    if (page.readUInt16LE(0) !== this.#magic || page.readBigUInt64LE(8) !== address) return this.#end();
    const header = (info & LONG) === 0 ? SHORT_HEADER : LONG_HEADER;
    const rest = page.readUInt32LE(16);
    if ((info & GIVES_UP) !== 0) {
      this.#open = undefined;
      return header;
    }
    if ((info & CONTINUES) === 0) return this.#open === undefined ? header : this.#end();
    if (this.#open !== undefined) return rest === this.#open.length - this.#open.have ? header : this.#end();
    // A record that began before the first segment that was given.
    const next = header + aligned(rest);
    return this.#previous === undefined && next < PAGE ? next : undefined;
  }

  #start(
    page: Buffer,
    at: number,
    address: bigint,
  ): { at: bigint; length: number; pieces: Buffer[]; have: number } | undefined {
    const length = page.readUInt32LE(at);
    if (length < RECORD_HEADER || length > LARGEST_RECORD) return this.#end();
    this.#open = { at: address + BigInt(at), length, pieces: [], have: 0 };
    return this.#open;
  }

  #accept(record: Buffer, at: bigint, told: (end: TransactionEnd, at: bigint) => void): boolean {
    const follows = this.#previous === undefined || previousOf(record) === this.#previous;
    const end = follows ? transactionEnd(record) : undefined;
    // Only the ends that are told are summed up: the links from record to record show the end of the WAL.
    if (!follows || (end !== undefined && !isWhole(record))) {
      this.#end();
      return false;
    }
    this.#previous = at;
    if (end !== undefined) told(end, at);
    return true;
  }

  #end(): undefined {
    this.ended = true;
    return undefined;
  }
}

/** `2026-11-21T02:14:50.123456Z` of microseconds since 1970. */
export function microsecondText(at: bigint): string {
  const seconds = new Date(Number(at / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${(at % 1_000_000n).toString().padStart(6, "0")}Z`;
}
