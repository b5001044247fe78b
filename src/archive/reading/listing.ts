/**
 * The listing of an archive, its long part in several requests at once. One listing can only go on from where its last
 * page ended; the names of segments, though, can be counted forward, so the key space is cut there. Every key belongs to
 * exactly one range, whatever it is called.
 */
import { compareKeys } from "../../key-order.js";
import type { KeyRange, ObjectInfo, ObjectReader } from "../../ports/object-store.js";
import { parseSegment, type Segment, segmentName } from "../names/segment.js";
import type { ArchiveLocation } from "../names/location.js";

/** What S3 gives in one answer. */
const PAGE = 1_000;
const IN_FLIGHT = 8;
const NAME_LENGTH = 24;
/** FFFFFFFF of log, FF of segment. */
const LAST_NUMBER = 2 ** 40 - 1;
/** Behind every key that goes on from there as a name does. */
const HIGHEST = "\u{10ffff}";
/** A window holds fewer keys than a page, so that one answer is enough though some names come twice. */
const FILL = 0.95;
/** Names are counted no further than this many segments at once: a petabyte. */
const WIDEST = 1 << 26;

type Read = (range: KeyRange) => Promise<readonly ObjectInfo[]>;

/** As `reader.list` of the whole archive: every object, in key order. An archive of one page costs one request. */
export async function listArchive(
  reader: Pick<ObjectReader, "list">,
  { bucket, prefix }: ArchiveLocation,
  { page = PAGE }: { readonly page?: number } = {},
): Promise<readonly ObjectInfo[]> {
  const root = `${prefix}/`;
  const wal = `${root}wal_005/`;
  const behindWal = `${wal}${HIGHEST}`;
  const read: Read = (range) => reader.list(bucket, root, range);
  const first = await read({ most: page });
  const last = first.at(-1)?.key;
  if (last === undefined || first.length < page) return first;
  const isPast = (key: string): boolean => compareKeys(last, key) >= 0;
  const [before, inside, behind] = await Promise.all([
    isPast(wal) ? [] : read({ after: last, upTo: wal }),
    isPast(behindWal) ? [] : new WalListing(read, { wal, behindWal, page }).from(isPast(wal) ? last : wal),
    read({ after: isPast(behindWal) ? last : behindWal }),
  ]);
  return [first, before, inside, behind].flat();
}

interface WalPlace {
  /** "…/wal_005/" */
  readonly wal: string;
  readonly behindWal: string;
  readonly page: number;
}

class WalListing {
  readonly #read: Read;
  readonly #place: WalPlace;

  constructor(read: Read, place: WalPlace) {
    this.#read = read;
    this.#place = place;
  }

  /** Every object behind `start`: a page tells where names stand and how dense they are, windows follow from there. */
  async from(start: string): Promise<readonly ObjectInfo[]> {
    const found: (readonly ObjectInfo[])[] = [];
    for (let at = start; ; ) {
      const page = await this.#read({ after: at, upTo: this.#place.behindWal, most: this.#place.page });
      found.push(page);
      const last = page.at(-1);
      if (last === undefined || page.length < this.#place.page) return found.flat();
      at = last.key;
      const end = this.#segmentIn(at);
      if (end === undefined) continue;
      const windows = await this.#windows(at, end, this.#widthOf(page, end));
      found.push(...windows.found);
      at = windows.upTo;
    }
  }

  /** Goes on until a window is empty: behind a hole, or at the end, the next page says where names go on. */
  async #windows(
    start: string,
    end: Segment,
    width: number,
  ): Promise<{ readonly found: readonly (readonly ObjectInfo[])[]; readonly upTo: string }> {
    const found: (readonly ObjectInfo[])[] = [];
    const underWay: Promise<readonly ObjectInfo[]>[] = [];
    let upTo = start;
    let next = end.number;
    let isOver = false;
    for (let atOnce = 2; !isOver || underWay.length > 0; atOnce = Math.min(atOnce * 2, IN_FLIGHT)) {
      while (!isOver && underWay.length < atOnce) {
        next += width;
        const window = { after: upTo, upTo: this.#keyOf({ ...end, number: next }) };
        underWay.push(settled(this.#read(window)));
        upTo = window.upTo;
        isOver ||= next >= LAST_NUMBER;
      }
      const rows = (await underWay.shift()) ?? [];
      isOver ||= rows.length === 0;
      found.push(rows);
    }
    // Names that count no further: the window ends before keys that were found already.
    return { found, upTo: compareKeys(upTo, start) > 0 ? upTo : start };
  }

  /** Segments that a window may span, by how densely the page is filled. */
  #widthOf(page: readonly ObjectInfo[], end: Segment): number {
    const first = page.map(({ key }) => this.#segmentIn(key)).find((segment) => segment?.timeline === end.timeline);
    const spanned = end.number - (first?.number ?? end.number) + 1;
    const width = Math.floor((spanned / page.length) * this.#place.page * FILL);
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

/** Awaited later: until then nobody else hears of its failure. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
