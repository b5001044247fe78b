/** One header of a tar archive: ustar with GNU's and POSIX's extensions, as Python's tarfile and Go's archive/tar write it. */
import { Damaged } from "../compression/damaged.js";

const SIZE_AT = 124;
const SIZE_BYTES = 12;
const SUM_AT = 148;
const TYPE_AT = 156;
/** First byte of a size that does not fit eleven octal digits: a big-endian number follows. */
const BINARY = 0x80;

export interface TarHeader {
  /** Bytes of content that follow, without padding. */
  readonly size: number;
  /** A regular file: not a directory, a link or what only extends the next header. */
  readonly isFile: boolean;
}

/** Undefined for the empty record at the end. Throws Damaged for what is no header. */
export function tarHeader(record: Uint8Array): TarHeader | undefined {
  if (record.every((byte) => byte === 0)) return undefined;
  const stated = octal(record.subarray(SUM_AT, SUM_AT + 8));
  const sum = record.reduce((total, byte, at) => total + (at >= SUM_AT && at < SUM_AT + 8 ? 0x20 : byte), 0);
  if (stated !== sum) throw new Damaged("wrong", "it holds no tar archive");
  const type = record[TYPE_AT] ?? 0;
  return { size: sizeIn(record), isFile: type === 0 || type === 0x30 || type === 0x37 };
}

function sizeIn(record: Uint8Array): number {
  const field = record.subarray(SIZE_AT, SIZE_AT + SIZE_BYTES);
  const size =
    field[0] === BINARY ? field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0) : (octal(field) ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw new Damaged("wrong", "a file in its tar archive has no possible size");
  return size;
}

function octal(field: Uint8Array): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(Buffer.from(field).toString("latin1"))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
