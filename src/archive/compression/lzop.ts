/**
 * The lzop format (lzop 1.04, src/lzop.c and conf.h): a header with flags and times, blocks with their sizes and checksums,
 * a size of zero at the end. WAL-E packs with the program itself, WAL-G with a library that writes the same.
 */
import { crc32 } from "node:zlib";
import { Damaged } from "../../kit/damaged.ts";
import { unpackLzo1x } from "./lzo1x.ts";
import { startsLikeOpenPgp } from "./openpgp.ts";

/** Every lzop file begins with these nine bytes. */
export const LZOP_MAGIC = Uint8Array.of(0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a);
/** lzop packs 256 KiB at a time; a block that claims to hold more is none. */
export const LARGEST_BLOCK = 256 * 1024;
/** The header of an lzop file is no longer than this: a name of 255 bytes, and an extra field that nobody writes. */
export const LONGEST_HEADER = 512;

const FLAG = {
  plainAdler: 0x1,
  packedAdler: 0x2,
  extraField: 0x40,
  plainCrc: 0x100,
  packedCrc: 0x200,
  filter: 0x800,
  headerCrc: 0x1000,
} as const;

/** Big-endian reading that never runs past the end. */
class Cursor {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw new Damaged("cut", "it is cut");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  number(count: number): number {
    return bigEndian(this.take(count));
  }
}

export const bigEndian = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

export interface LzopHeader {
  readonly bytes: number;
  readonly flags: number;
}

/** The part before the first block. Throws Damaged if it does not begin like an lzop file. */
export function lzopHeader(head: Uint8Array): LzopHeader {
  const file = new Cursor(head);
  const magic = file.take(Math.min(LZOP_MAGIC.length, head.length));
  if (!magic.every((byte, index) => byte === LZOP_MAGIC[index])) throw noLzop(head);
  if (magic.length < LZOP_MAGIC.length) throw new Damaged("cut", "it is cut in its first bytes");
  // Version, library, needed version, method, level.
  file.take(8);
  const flags = file.number(4);
  if ((flags & FLAG.filter) !== 0) throw new Damaged("wrong", "it was packed with a filter");
  // Mode, two times, name.
  file.take(12);
  file.take(file.number(1));
  requireSum(file, flags);
  if ((flags & FLAG.extraField) !== 0) file.take(file.number(4) + 4);
  return { bytes: file.at, flags };
}

function requireSum(file: Cursor, flags: number): void {
  const header = file.bytes.subarray(LZOP_MAGIC.length, file.at);
  const sum = (flags & FLAG.headerCrc) === 0 ? adler32(header) : crc32(header);
  if (file.number(4) !== sum) throw new Damaged("wrong", "its header does not match its checksum");
}

function noLzop(head: Uint8Array): Damaged {
  if (!startsLikeOpenPgp(head)) return new Damaged("wrong", "it does not begin like an lzop file");
  return new Damaged("encrypted", "it is encrypted with OpenPGP");
}

interface BlockSizes {
  /** Before and after packing. */
  readonly plain: number;
  readonly packed: number;
}

/** Throws Damaged for sizes that lzop does not write. */
export function blockSizes(plain: number, packed: number): BlockSizes {
  if (plain > LARGEST_BLOCK) throw new Damaged("too-large", "a block claims to hold more than 256 KiB");
  if (packed === 0 || packed > plain) throw new Damaged("wrong", "the sizes of a block contradict each other");
  return { plain, packed };
}

/** Between the two sizes of a block and its data. */
export function checksumBytes(flags: number, { plain, packed }: BlockSizes): number {
  const sums = (...wanted: readonly number[]): number => wanted.filter((flag) => (flags & flag) !== 0).length * 4;
  const ofPacked = packed < plain ? sums(FLAG.packedAdler, FLAG.packedCrc) : 0;
  return sums(FLAG.plainAdler, FLAG.plainCrc) + ofPacked;
}

interface BlockTerms {
  readonly flags: number;
  readonly sizes: BlockSizes;
  /** The bytes between the sizes and the data. */
  readonly sums: Uint8Array;
}

/**
 * One block's content; a block that did not shrink is stored as it is. Unpacked into `room` if it is given. Throws
 * Damaged.
 */
export function blockContent(data: Uint8Array, { flags, sizes, sums }: BlockTerms, room?: Uint8Array): Uint8Array {
  const stored = sizes.packed === sizes.plain;
  const content = stored ? data : unpacked(data, room?.subarray(0, sizes.plain) ?? Buffer.allocUnsafeSlow(sizes.plain));
  const expected = new Cursor(sums);
  const check = (flag: number, sum: () => number): void => {
    if ((flags & flag) !== 0 && expected.number(4) !== sum())
      throw new Damaged("wrong", "a block does not match its checksum");
  };
  check(FLAG.plainAdler, () => adler32(content));
  check(FLAG.plainCrc, () => crc32(content));
  if (stored) return content;
  check(FLAG.packedAdler, () => adler32(data));
  check(FLAG.packedCrc, () => crc32(data));
  return content;
}

function unpacked(data: Uint8Array, target: Uint8Array): Uint8Array {
  const { ended, written, read } = unpackLzo1x(data, target);
  if (ended !== "whole" || written !== target.length || read !== data.length)
    throw new Damaged("wrong", "a block does not hold what its sizes say");
  return target;
}

/** Adler-32 (RFC 1950 §8.2), which lzop keeps for each block. */
const BASE = 65521;
/** Bytes that can be summed up before either sum leaves 31 bits: 3800·3801/2·255 + 3801·65520 < 2^31. */
const STRIDE = 3800;

export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + STRIDE);
    // Eight at a time: twice as fast.
    for (; at + 8 <= end; at += 8) {
      const b0 = bytes[at] ?? 0;
      const b1 = bytes[at + 1] ?? 0;
      const b2 = bytes[at + 2] ?? 0;
      const b3 = bytes[at + 3] ?? 0;
      const b4 = bytes[at + 4] ?? 0;
      const b5 = bytes[at + 5] ?? 0;
      const b6 = bytes[at + 6] ?? 0;
      const b7 = bytes[at + 7] ?? 0;
      b = (b + 8 * a + 8 * b0 + 7 * b1 + 6 * b2 + 5 * b3 + 4 * b4 + 3 * b5 + 2 * b6 + b7) | 0;
      a = (a + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7) | 0;
    }
    for (; at < end; at += 1) {
      a = (a + (bytes[at] ?? 0)) | 0;
      b = (b + a) | 0;
    }
    a %= BASE;
    b %= BASE;
  }
  return b * 65536 + a;
}
