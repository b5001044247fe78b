/** The first bytes of a packed object and its end, by ranged GETs. */
import type { ObjectReader } from "../../ports/object-store.ts";
import { type Compression, firstBytes } from "../compression/decompressed.ts";
import { Damaged } from "../../kit/damaged.ts";
import { startsLikeOpenPgp } from "../compression/openpgp.ts";
import type { ArchiveLocation } from "../names/location.ts";
import { type Packing, packingOfKey } from "../names/packing.ts";
import { segmentBytesOf } from "../names/segment.ts";
import { LONG_HEADER_BYTES, pageHeader } from "../wal/page-header.ts";
import type { ArchiveEntry, Inside } from "./facts.ts";

export interface Looked {
  readonly reader: ObjectReader;
  readonly location: ArchiveLocation;
  readonly entry: ArchiveEntry;
}

/**
 * How much is asked for until the header shows: enough for lzop and lz4, whose blocks need not be whole, and then for the
 * largest first block of zstd (128 KiB) with its headers.
 */
const HEADS: readonly number[] = [256, 4096, 160 * 1024];

/** The end of the object looks like the mark of an end, and may be content that was cut: only a full read tells. */
export const DOUBTFUL = "doubtful";

/** Throws Damaged for an object whose content does not fit its name. */
export async function glance(looked: Looked): Promise<Inside | typeof DOUBTFUL> {
  const packing = packingOfKey(looked.entry.relative);
  if (packing === undefined || packing === "lzma")
    return { hidden: "it is packed by lzma, which is not unpacked here" };
  const bytes = bytesOf(looked.entry);
  const isSegment = bytes !== undefined;
  const first = await beginning(looked, packing, isSegment ? LONG_HEADER_BYTES : 1);
  const page = isSegment ? pageHeader(first) : undefined;
  if (isSegment && page === undefined) throw new Damaged("wrong", "it does not begin like a WAL segment");
  // Its page tells the segment's size: its end is somewhere else.
  if (page !== undefined && page.segmentBytes !== bytes) return { page };
  const end = await ending(looked, packing);
  if (end === DOUBTFUL) return DOUBTFUL;
  return { ...(page === undefined ? {} : { page }), ...(end === "unmarked" ? { unproven: true } : {}) };
}

async function beginning(looked: Looked, packing: Compression, count: number): Promise<Uint8Array> {
  const { size } = looked.entry.info;
  for (const bytes of HEADS) {
    const head = await ranged(looked, `bytes=0-${Math.min(size, bytes) - 1}`);
    const first = await firstBytes(head, packing, count).catch((error: unknown) => {
      throw mayBeEncrypted(error, head);
    });
    if (first !== undefined) return first;
    if (bytes >= size) break;
  }
  throw new Damaged("cut", "it is cut in its first bytes");
}

/** A file that is no packed one may be an OpenPGP message. */
export function mayBeEncrypted(error: unknown, head: Uint8Array): unknown {
  const isOther = error instanceof Damaged && error.damage === "wrong" && startsLikeOpenPgp(head);
  return isOther ? new Damaged("encrypted", "it is encrypted with OpenPGP") : error;
}

/** Throws Damaged if the packing has a mark at its end, and the mark is not there. */
async function ending(looked: Looked, packing: Packing): Promise<"whole" | "unmarked" | typeof DOUBTFUL> {
  const { size } = looked.entry.info;
  const bytes = bytesOf(looked.entry);
  if (packing === "none" && bytes !== undefined) {
    if (size !== bytes) throw new Damaged("cut", `it has ${size} bytes, not ${bytes}`);
    return "whole";
  }
  const isEnd = ENDS[packing];
  if (isEnd === undefined) return "unmarked";
  const tail = await ranged(looked, `bytes=${Math.max(0, size - TAIL)}-${size - 1}`);
  if (!isEnd(tail, looked.entry)) throw new Damaged("cut", "its end is not there");
  return packing === "lzo" && !closesBlock(tail) ? DOUBTFUL : "whole";
}

/** Of a whole segment; undefined for any other object. */
const bytesOf = ({ kind }: ArchiveEntry): number | undefined =>
  kind.kind === "segment" ? segmentBytesOf(kind.segment.number) : undefined;

const TAIL = 8;

/**
 * lzop ends with a block of no length. An lz4 frame ends with one too, and a checksum may follow it. gzip ends with the
 * number of bytes that it holds, which is known of a segment alone. zstd and brotli end anyhow.
 */
const ENDS: Readonly<Partial<Record<Packing, (tail: Uint8Array, entry: ArchiveEntry) => boolean>>> = {
  lzo: (tail) => isZero(tail.subarray(-4)),
  lz4: (tail) => isZero(tail.subarray(-4)) || isZero(tail.subarray(0, 4)),
  gzip: (tail, entry) => {
    const bytes = bytesOf(entry);
    return bytes === undefined || (tail.length >= 4 && Buffer.from(tail.subarray(-4)).readUInt32LE(0) === bytes);
  },
};

/**
 * The last thing in a block of LZO1X is `11 00 00`, unless it is stored unpacked. LZO writes the length of a long run of zeros
 * with zeros, so that a segment that is nearly empty can be cut and still end with four of them.
 */
function closesBlock(tail: Uint8Array): boolean {
  const [first, ...rest] = tail.subarray(-7, -4);
  return first === 0x11 && rest.length === 2 && rest.every((byte) => byte === 0);
}

const isZero = (bytes: Uint8Array): boolean => bytes.length === 4 && bytes.every((byte) => byte === 0);

function ranged({ reader, location, entry }: Looked, range: string): Promise<Uint8Array> {
  return reader.get({ bucket: location.bucket, key: entry.info.key }, { ifMatch: entry.info.etag, range });
}
