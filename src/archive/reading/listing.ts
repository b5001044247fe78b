/**
 * The listing of an archive, its long part in several requests at once. One listing can only go on from where its last
 * page ended; the names of segments, though, can be counted forward, so the key space is cut there, if that turns
 * out to be faster. Every key belongs to exactly one range, with any name.
 */
import { compareKeys } from "../../kit/text/key-order.ts";
import type { KeyRange, ObjectInfo, ObjectReader, Rows } from "../../ports/object-store.ts";
import { parseSegment, type Segment, segmentName } from "../names/segment.ts";
import { type ArchiveLocation, folderOf } from "../names/location.ts";
import { JoinedRows } from "../../kit/rows/rows.ts";

/** The number of keys that S3 gives in one answer. */
const PAGE = 1_000;
/** Pages of a window, one after another. */
const PAGES = 3;
const MOST_AT_ONCE = 8;
/**
 * How much faster two windows at once must be than one. They are at AWS, where each waits for its own answers; MinIO scans
 * its disk anew for each, and two take longer than one that goes on.
 */
const WORTH = 1.3;
const NAME_LENGTH = 24;
/** FFFFFFFF of log, FF of segment. */
const LAST_NUMBER = 2 ** 40 - 1;
/** Behind every key that goes on from there as a name does. */
const HIGHEST = "\u{10ffff}";
/** A window holds fewer keys than its pages, so that these are enough though some names come twice. */
const FILL = 0.95;
/** Names are counted no further than this many segments at once: a petabyte. */
const WIDEST = 1 << 26;

type Read = (range: KeyRange) => Promise<Rows<ObjectInfo>>;

export interface ListingOptions {
  /** Keys in one answer. */
  readonly page?: number;
  /** Milliseconds that only go forward. */
  readonly time?: () => number;
}

/** As `reader.list` of the whole archive: every object, in key order. An archive of one page costs one request. */
export async function listArchive(
  reader: Pick<ObjectReader, "list" | "rangesAreCheap">,
  location: ArchiveLocation,
  { page = PAGE, time = () => performance.now() }: ListingOptions = {},
): Promise<Rows<ObjectInfo>> {
  const { bucket } = location;
  const root = folderOf(location);
  const wal = `${root}wal_005/`;
  const behindWal = `${wal}${HIGHEST}`;
  const read: Read = (range) => reader.list(bucket, root, range);
  // A store may be known from an earlier answer, or from the first one.
  const isOneListing = (): boolean => reader.rangesAreCheap === false;
  if (isOneListing()) return read({});
  const first = await read({ most: page, goesOn: isOneListing });
  const last = first.at(-1)?.key;
  if (last === undefined || first.length !== page) return first;
  if (isOneListing()) return read({});
  const isPast = (key: string): boolean => compareKeys(last, key) >= 0;
  const before = isPast(wal) ? [] : await read({ after: last, upTo: wal });
  const place = { wal, behindWal, window: page * PAGES };
  const inside = isPast(behindWal) ? [] : await new WalListing(read, place, time).from(isPast(wal) ? last : wal);
  const behind = await read({ after: isPast(behindWal) ? last : behindWal });
  return new JoinedRows([first, before, inside, behind]);
}

/** The same, by key. */
export async function listByKey(
  reader: Pick<ObjectReader, "list" | "rangesAreCheap">,
  location: ArchiveLocation,
): Promise<ReadonlyMap<string, ObjectInfo>> {
  const objects = await listArchive(reader, location);
  return new Map(objects.map((object) => [object.key, object]));
}

interface WalPlace {
  /** "…/wal_005/" */
  readonly wal: string;
  readonly behindWal: string;
  /** Keys of a window. */
  readonly window: number;
}

class WalListing {
  readonly #read: Read;
  readonly #place: WalPlace;
  readonly #time: () => number;

  constructor(read: Read, place: WalPlace, time: () => number) {
    this.#read = read;
    this.#place = place;
    this.#time = time;
  }

  /** Every object behind `start`: some pages tell where names stand and how dense they are, windows follow from there. */
  async from(start: string): Promise<Rows<ObjectInfo>> {
    const { behindWal, window } = this.#place;
    const found: Rows<ObjectInfo>[] = [];
    for (let at = start; ; ) {
      const began = this.#time();
      const rows = await this.#read({ after: at, upTo: behindWal, most: window });
      const speed = rows.length / (this.#time() - began);
      found.push(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < window) return new JoinedRows(found);
      at = last.key;
      const end = this.#segmentIn(at);
      const rest =
        end === undefined ? undefined : await this.#rounds(at, { end, width: this.#widthOf(rows, end), speed });
      if (rest !== undefined) found.push(...rest.found);
      at = rest?.upTo ?? at;
      if (rest?.pays === true) continue;
      found.push(await this.#read({ after: at, upTo: behindWal }));
      return new JoinedRows(found);
    }
  }

  /** More and more windows at once, until one is empty: behind a hole, or at the end, the next pages say where names go on. */
  async #rounds(
    start: string,
    { end, width, speed }: { readonly end: Segment; readonly width: number; readonly speed: number },
  ): Promise<{ readonly found: readonly Rows<ObjectInfo>[]; readonly upTo: string; readonly pays: boolean }> {
    const found: Rows<ObjectInfo>[] = [];
    let upTo = start;
    let next = end.number;
    for (let atOnce = 2; ; atOnce = Math.min(atOnce * 2, MOST_AT_ONCE)) {
      const windows = Array.from({ length: atOnce }, () => {
        next += width;
        const after = upTo;
        // Names that count no further end before keys that were found already.
        upTo = later(after, this.#keyOf({ ...end, number: next }));
        return { after, upTo };
      });
      const began = this.#time();
      const rounds = await Promise.all(windows.map((range) => this.#read(range)));
      found.push(...rounds);
      const isFaster = rounds.reduce((sum, rows) => sum + rows.length, 0) / (this.#time() - began) >= speed * WORTH;
      if (rounds.some((rows) => rows.length === 0) || next >= LAST_NUMBER) return { found, upTo, pays: true };
      if (atOnce === 2 && !isFaster) return { found, upTo, pays: false };
    }
  }

  /** Segments that a window may span, by how densely the last one is filled. */
  #widthOf(rows: Rows<ObjectInfo>, end: Segment): number {
    const first = rows.map(({ key }) => this.#segmentIn(key)).find((segment) => segment?.timeline === end.timeline);
    const spanned = end.number - (first?.number ?? end.number) + 1;
    const width = Math.floor((spanned / rows.length) * this.#place.window * FILL);
    return Math.min(Math.max(width, 1), WIDEST);
  }

  #segmentIn(key: string): Segment | undefined {
    const { wal } = this.#place;
    return parseSegment(key.slice(wal.length, wal.length + NAME_LENGTH));
  }

  #keyOf({ timeline, number }: Segment): string {
    return `${this.#place.wal}${segmentName({ timeline, number: Math.min(number, LAST_NUMBER) })}${HIGHEST}`;
  }
}

const later = (one: string, other: string): string => (compareKeys(one, other) >= 0 ? one : other);
