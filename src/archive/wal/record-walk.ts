/**
 * Follows the records of the WAL from segment to segment as PostgreSQL does, and says where and why that ends: page
 * headers, the link to the record before, records over several pages and segments, each record's sum, and the switch that
 * leaves the rest of a segment empty (src/backend/access/transam/xlogreader.c, 9.5 to 18).
 */
import { BEGUN, finished, updated } from "./crc32c.ts";
import {
  isSwitch,
  isTransaction,
  RECORD_HEADER,
  redoOf,
  SUM_AT,
  type TransactionEnd,
  transactionEnd,
} from "./record.ts";

const PAGE = 8192;
const SHORT_HEADER = 24;
const LONG_HEADER = 40;
const CONTINUES = 0x1;
const LONG = 0x2;
/** A record that a crash cut off is given up, and the page says so (since 13.5 and its like). */
const GIVES_UP = 0x8;
const KNOWN_FLAGS = 0xf;
/** 9.3 and 9.4: their records have another form. */
const OLDER: ReadonlySet<number> = new Set([0xd075, 0xd07e]);
/** Larger records are refused by every release since 16, and none is near it before. */
const LARGEST_RECORD = 1020 * 1024 * 1024;

const aligned = (value: number): number => (value + 7) & ~7;

export interface WalEnd {
  /** Behind the last record that is replayed. */
  readonly at: bigint;
  /** A clause. */
  readonly why: string;
  /** Something is written there that cannot be replayed; false if nothing is. */
  readonly flawed: boolean;
}

/** Each end of a transaction, and where its record begins. */
export type Told = (end: TransactionEnd, at: bigint) => void;

/** The record of each checkpoint: where the replay from it begins. */
export type Checkpoints = Map<bigint, bigint>;

export interface HowToRead {
  readonly told?: Told;
  /** Grows by the checkpoints that are read. */
  readonly checkpoints?: Checkpoints;
  readonly from?: number;
}

/** The bytes so far, and the whole length. */
interface Open {
  readonly at: bigint;
  readonly length: number;
  /** One for each page of the segment at hand, and one for each segment before it. */
  readonly pieces: Buffer[];
  readonly have: number;
}

/** Positions as PostgreSQL prints them: numbers are faster than whole positions. */
interface Position {
  readonly high: number;
  readonly low: number;
}

const positionOf = (lsn: bigint): Position => ({ high: Number(lsn >> 32n), low: Number(lsn & 0xffffffffn) });
const lsnOf = ({ high, low }: Position): bigint => (BigInt(high) << 32n) + BigInt(low);
const nothing: Told = () => undefined;

export class RecordWalk {
  #open: Open | undefined;
  #previous: Position | undefined;
  #next: Position | undefined;
  #magic: number | undefined;
  #timeline = 0;
  /** Of the last record: the rest of its segment is empty. */
  #isSwitch = false;
  #end: WalEnd | undefined;

  /** Nothing that is given from then on is looked at. */
  get end(): WalEnd | undefined {
    return this.#end;
  }

  /** Behind the last record that was read whole; undefined before the first. */
  get reached(): bigint | undefined {
    return this.#next === undefined ? undefined : lsnOf(this.#next);
  }

  /** Where a record begins whose rest is not here yet. */
  get cutAt(): bigint | undefined {
    return this.#open?.at;
  }

  /** The same walk, to go on another way: a timeline's child begins within its parent. */
  fork(): RecordWalk {
    const other = new RecordWalk();
    other.#open = this.#open && { ...this.#open, pieces: [...this.#open.pieces] };
    other.#previous = this.#previous;
    other.#next = this.#next;
    other.#magic = this.#magic;
    other.#timeline = this.#timeline;
    other.#end = this.#end;
    return other;
  }

  /** Reads a whole segment, from its byte `from` on. `first` is the position of its first byte. */
  read(segment: Uint8Array, first: bigint, { told = nothing, checkpoints, from = 0 }: HowToRead = {}): void {
    const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length);
    if (this.#end !== undefined || OLDER.has(bytes.readUInt16LE(0))) return;
    const [begunAt, count] = [this.#open?.at, this.#open?.pieces.length ?? 0];
    const at = { bytes, first, start: positionOf(first), told, checkpoints };
    for (let page = from - (from % PAGE); page + PAGE <= bytes.length; page += PAGE) {
      const begin = this.#begin(at, page);
      const isOver = begin === undefined || this.#records(at, Math.max(begin, from), page + PAGE);
      if (isOver) break;
    }
    // The segment's bytes are many, and those of a record that goes on are few.
    const open = this.#open;
    if (open !== undefined) open.pieces.push(Buffer.concat(open.pieces.splice(open.at === begunAt ? count : 0)));
  }

  /** Reads the records that begin on a page, and the rest of one that began before; true if nothing is to be read behind them. */
  #records(at: Reading, begin: number, end: number): boolean {
    const { bytes, start } = at;
    for (let place = begin; place < end; ) {
      const length = this.#open?.length ?? bytes.readUInt32LE(place);
      if (this.#open === undefined && (length < RECORD_HEADER || length > LARGEST_RECORD))
        return this.#noRecord(at, place, length);
      const open = this.#open;
      const taken = Math.min(length - (open?.have ?? 0), end - place);
      const isWhole = taken + (open?.have ?? 0) === length;
      const piece = { from: place, to: place + taken };
      place = aligned(piece.to);
      if (!isWhole) {
        this.#open = added(at, open, { ...piece, length });
        return false;
      }
      if (!this.#accept(at, open, piece)) return true;
      this.#next = { high: start.high, low: start.low + place };
      if (!this.#isSwitch) continue;
      this.#next = { high: start.high, low: start.low + bytes.length };
      return true;
    }
    return false;
  }

  #accept(at: Reading, open: Open | undefined, { from, to }: Piece): boolean {
    this.#open = undefined;
    if (open !== undefined) {
      const record = Buffer.concat([...open.pieces, at.bytes.subarray(from, to)]);
      return this.#take(record, { from: 0, to: record.length }, { ...at, at: positionOf(open.at) });
    }
    const { told, checkpoints } = at;
    const { high, low } = at.start;
    return this.#take(at.bytes, { from, to }, { at: { high, low: low + from }, told, checkpoints });
  }

  /** False if PostgreSQL ends its recovery before this record. */
  #take(bytes: Buffer, { from, to }: Piece, { at, told, checkpoints }: Taking): boolean {
    const before = this.#previous;
    if (before !== undefined && !isAt(before, bytes, from + 8))
      return this.#fail(at, "a record does not follow the one before it");
    const data = updated(BEGUN, bytes, { from: from + RECORD_HEADER, to });
    const sum = updated(data, bytes, { from, to: from + SUM_AT });
    if (finished(sum) !== bytes.readUInt32LE(from + SUM_AT))
      return this.#fail(at, "a record does not match its checksum");
    this.#previous = at;
    this.#isSwitch = isSwitch(bytes, from);
    const redo = checkpoints === undefined ? undefined : redoOf(bytes.subarray(from, to));
    if (redo !== undefined) checkpoints?.set(lsnOf(at), redo);
    if (told !== nothing && isTransaction(bytes, from)) {
      const end = transactionEnd(bytes.subarray(from, to));
      if (end !== undefined) told(end, lsnOf(at));
    }
    return true;
  }

  /** Where on the page the records begin that are read next; undefined if the WAL has ended. */
  #begin(at: Reading, page: number): number | undefined {
    const { bytes, first } = at;
    const info = bytes.readUInt16LE(page + 2);
    const timeline = bytes.readUInt32LE(page + 4);
    this.#magic ??= bytes.readUInt16LE(page);
    const why = faultOf(at, page, { magic: this.#magic, timeline: this.#timeline });
    if (why !== undefined) return this.#over(at, page, why);
    this.#timeline = timeline;
    const header = page + ((info & LONG) === 0 ? SHORT_HEADER : LONG_HEADER);
    const rest = (info & CONTINUES) === 0 ? 0 : bytes.readUInt32LE(page + 16);
    if ((info & GIVES_UP) !== 0) {
      this.#open = undefined;
      return header;
    }
    const due = this.#open === undefined ? 0 : this.#open.length - this.#open.have;
    if (due === rest) return header;
    // A record that began before the first segment that was given.
    if (this.#open === undefined && this.#previous === undefined) return Math.min(header + aligned(rest), page + PAGE);
    const text = due === 0 ? "begins with the rest of another record" : "does not go on with the record before it";
    return void this.#fail(positionOf(this.cutAt ?? first + BigInt(page)), `a page ${text}`);
  }

  #over(at: Reading, page: number, why: string): undefined {
    const here = positionOf(this.cutAt ?? this.reached ?? at.first + BigInt(page === 0 ? LONG_HEADER : page));
    if (page > 0 && isUnwritten(at, page)) this.#fail(here, UNWRITTEN, false);
    else this.#fail(here, why);
  }

  /** Zeros to the segment's end: its server stopped, or a part of it was archived under its name. */
  #noRecord(at: Reading, place: number, length: number): true {
    const page = place - (place % PAGE) + PAGE;
    const { high, low } = at.start;
    const here = { high, low: low + place };
    const isEmpty = at.bytes.subarray(place, page).every((byte) => byte === 0) && isUnwritten(at, page);
    if (isEmpty) this.#fail(here, UNWRITTEN, false);
    else this.#fail(here, length === 0 ? "no record is where one must begin" : "a record has no possible length");
    return true;
  }

  #fail(at: Position, why: string, flawed = true): false {
    this.#end ??= { at: this.reached ?? lsnOf(at), why, flawed };
    return false;
  }
}

const UNWRITTEN = "the rest of the segment was never written";

interface Reading {
  readonly bytes: Buffer;
  readonly first: bigint;
  readonly start: Position;
  readonly told: Told;
  readonly checkpoints: Checkpoints | undefined;
}

interface Taking extends Pick<Reading, "told" | "checkpoints"> {
  readonly at: Position;
}

interface Piece {
  readonly from: number;
  readonly to: number;
}

function added(
  { bytes, first }: Reading,
  open: Open | undefined,
  { from, to, length }: Piece & { readonly length: number },
): Open {
  const { at, pieces, have }: Open = open ?? { at: first + BigInt(from), length, pieces: [], have: 0 };
  pieces.push(bytes.subarray(from, to));
  return { at, length, pieces, have: have + to - from };
}

const isAt = ({ high, low }: Position, bytes: Buffer, place: number): boolean =>
  bytes.readUInt32LE(place) === low && bytes.readUInt32LE(place + 4) === high;

/** The fault of a page's header, a clause. */
function faultOf(
  { bytes, first }: Reading,
  page: number,
  before: { readonly magic: number; readonly timeline: number },
): string | undefined {
  const info = bytes.readUInt16LE(page + 2);
  if (bytes.readUInt16LE(page) !== before.magic) return "a page has another magic number";
  if (bytes.readBigUInt64LE(page + 8) !== first + BigInt(page)) return "a page is of another place";
  if ((info & ~KNOWN_FLAGS) !== 0 || (page === 0 && (info & LONG) === 0)) return "a page has no possible header";
  return bytes.readUInt32LE(page + 4) < before.timeline
    ? "a page is of an older timeline than the one before"
    : undefined;
}

/** Zeros to the end, or the file's content before it was used again: pages of earlier places. */
function isUnwritten({ bytes, first }: Reading, from: number): boolean {
  for (let page = from; page + PAGE <= bytes.length; page += PAGE)
    if (bytes.readBigUInt64LE(page + 8) >= first + BigInt(page)) return false;
  return true;
}
