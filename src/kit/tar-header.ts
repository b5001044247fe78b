/**
 * One record of 512 bytes before a member of a tar archive: ustar (POSIX.1-1988), with the additions of GNU tar,
 * Python's tarfile and Go's archive/tar. Throws Damaged if it is no such record.
 */
import { Damaged } from "./damaged.ts";

export const RECORD = 512;

export interface TarHeader {
  /** As bytes: the character set is not told. */
  readonly name: Buffer;
  readonly link: Buffer;
  readonly mode: number;
  readonly size: number;
  /** One character; "" is "0" in the oldest archives. */
  readonly type: string;
}

export function tarHeader(record: Uint8Array): TarHeader {
  const bytes = Buffer.from(record.buffer, record.byteOffset, RECORD);
  if (numberIn(bytes, 148, 8) !== sumOf(bytes)) throw new Damaged("wrong", "it holds no tar archive");
  const name = textIn(bytes, 0, 100);
  // GNU's own variant has other things where ustar keeps the beginning of a long name.
  const isUstar = bytes.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? textIn(bytes, 345, 155) : Buffer.alloc(0);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]),
    link: textIn(bytes, 157, 100),
    mode: numberIn(bytes, 100, 8),
    size: numberIn(bytes, 124, 12),
    type: bytes.toString("latin1", 156, 157).replace("\0", "0"),
  };
}

/** Sum of all bytes, those of the checksum itself counted as blanks. */
function sumOf(bytes: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < RECORD; at += 1) if (at < 148 || at >= 156) sum += bytes[at] ?? 0;
  return sum;
}

function textIn(bytes: Buffer, at: number, length: number): Buffer {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end));
}

/** First byte of a number that does not fit its octal digits: a big-endian number follows. */
const BINARY = 0x80;

function numberIn(bytes: Buffer, at: number, length: number): number {
  const field = bytes.subarray(at, at + length);
  if (field[0] === BINARY) return safe(field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0));
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString("latin1"))?.[1];
  if (digits === undefined) throw new Damaged("wrong", "it holds no tar archive");
  return safe(digits === "" ? 0 : Number.parseInt(digits, 8));
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Damaged("too-large", "a tar header holds a number that no file has");
  return value;
}
