/**
 * Finds one file in a tar archive that is read from its front. WAL-E writes ustar with GNU extensions (Python's tarfile):
 * a name of up to 100 bytes stands in the header, and a longer one can be no name that is looked for here.
 */
import type { LzopStream } from "../compression/lzop-stream.js";

const RECORD = 512;
const SIZE_AT = 124;
const SIZE_BYTES = 12;
/** First byte of a size that does not fit eleven octal digits: a big-endian number follows. */
const BINARY = 0x80;

/** The file's first `most` bytes; undefined where the archive has no such file. Throws RangeError for what is no tar archive. */
export async function tarMember(
  content: LzopStream,
  { name, most }: { readonly name: string; readonly most: number },
): Promise<Uint8Array | undefined> {
  for (;;) {
    const header = await content.take(RECORD);
    if (header === undefined || header.every((byte) => byte === 0)) return undefined;
    const size = sizeIn(header);
    if (nameIn(header) === name) return await content.take(Math.min(size, most));
    await content.skip(Math.ceil(size / RECORD) * RECORD);
  }
}

function nameIn(header: Uint8Array): string {
  const field = header.subarray(0, 100);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end))
    .toString("latin1")
    .replace(/^\.\//, "");
}

function sizeIn(header: Uint8Array): number {
  const field = header.subarray(SIZE_AT, SIZE_AT + SIZE_BYTES);
  if (field[0] === BINARY) return safe(field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0));
  const digits = /^ *([0-7]+)[ \0]*$/.exec(Buffer.from(field).toString("latin1"))?.[1];
  if (digits === undefined) throw new RangeError("no tar header");
  return safe(Number.parseInt(digits, 8));
}

function safe(size: number): number {
  if (!Number.isSafeInteger(size)) throw new RangeError("too large");
  return size;
}
