/**
 * Reads a small lzop file: the few lines of a timeline history, which alone say where a timeline begins. Format: lzop 1.03
 * (header with names and flags, blocks with their sizes and checksums) and LZO1X, as lzop's own source and the kernel's
 * documentation of LZO streams have them. Checksums are not looked at: a text that makes no sense is refused anyway.
 */
/** Every lzop file begins with these nine bytes. */
export const LZOP_MAGIC = Uint8Array.of(0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a);
/** A history has a line of some fifty bytes for each timeline before it; it is also what a block of lzop holds at most. */
const LARGEST = 256 * 1024;
const EXTRA_FIELD = 0x40;
const FILTER = 0x800;
const PLAIN_SUMS = [0x1, 0x100] as const;
const PACKED_SUMS = [0x2, 0x200] as const;

/** The bytes inside; undefined for anything that is no whole, small lzop file. */
export function lzopContent(file: Uint8Array): Uint8Array | undefined {
  try {
    return contentOf(new Cursor(file));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Big-endian reading that never runs past the end. Throws RangeError. */
class Cursor {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw new RangeError("cut");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  number(count: number): number {
    return this.take(count).reduce((sum, byte) => sum * 256 + byte, 0);
  }
}

function contentOf(file: Cursor): Uint8Array {
  const flags = skipHeader(file);
  const blocks: Uint8Array[] = [];
  for (let total = 0; ; ) {
    const plain = file.number(4);
    if (plain === 0) return Buffer.concat(blocks);
    total += plain;
    if (total > LARGEST) throw new RangeError("too large");
    const packed = file.number(4);
    file.take(checksumBytes(flags, { plain, packed }));
    blocks.push(blockContent(file.take(packed), plain));
  }
}

/** The header of an lzop file is no longer than this: a name of 255 bytes, and an extra field that nobody writes. */
export const LONGEST_HEADER = 512;

/** What stands before the first block. Throws RangeError for what does not begin like an lzop file. */
export function lzopHeader(head: Uint8Array): { readonly bytes: number; readonly flags: number } {
  const file = new Cursor(head);
  const flags = skipHeader(file);
  return { bytes: file.at, flags };
}

export interface BlockSizes {
  /** Before and after packing. */
  readonly plain: number;
  readonly packed: number;
}

/** Between the two sizes of a block and its data. */
export function checksumBytes(flags: number, { plain, packed }: BlockSizes): number {
  const sums = (wanted: readonly number[]): number => wanted.filter((flag) => (flags & flag) !== 0).length * 4;
  return sums(PLAIN_SUMS) + (packed < plain ? sums(PACKED_SUMS) : 0);
}

/** One block's content; a block that did not shrink is stored as it is. Throws RangeError. */
export function blockContent(data: Uint8Array, plain: number): Uint8Array {
  if (plain > LARGEST) throw new RangeError("too large");
  return data.length < plain ? unpack(data, plain) : data;
}

/** Gives the flags. Version, library, needed version, method, level; then flags, mode, two times, name, checksum. */
function skipHeader(file: Cursor): number {
  const magic = file.take(LZOP_MAGIC.length);
  if (!LZOP_MAGIC.every((byte, index) => byte === magic[index])) throw new RangeError("no lzop file");
  file.take(8);
  const flags = file.number(4);
  if ((flags & FILTER) !== 0) throw new RangeError("filtered");
  file.take(12);
  file.take(file.number(1) + 4);
  if ((flags & EXTRA_FIELD) !== 0) file.take(file.number(4) + 4);
  return flags;
}

/** LZO1X. Throws RangeError for data that do not give exactly `size` bytes. */
function unpack(data: Uint8Array, size: number): Uint8Array {
  const from = new Cursor(data);
  const out = new Output(size);
  const first = data[0] ?? 0;
  if (first > 17) {
    from.take(1);
    out.literals(from, first - 17);
  }
  // How many literals stood before an instruction decides what one below 16 means.
  let before = first > 17 ? Math.min(first - 17, 4) : 0;
  for (;;) {
    const op = from.number(1);
    if (op < 16 && before === 0) {
      out.literals(from, 3 + extended(from, op, 15));
      before = 4;
      continue;
    }
    const match = matchOf(from, { op, before });
    if (match === undefined) return out.whole();
    out.repeat(match.distance, match.length);
    before = match.literals;
    out.literals(from, before);
  }
}

interface Match {
  readonly distance: number;
  readonly length: number;
  /** Literals that follow it. */
  readonly literals: number;
}

/** Undefined at the end mark. */
function matchOf(from: Cursor, { op, before }: { readonly op: number; readonly before: number }): Match | undefined {
  if (op >= 64) {
    const distance = 1 + ((op >> 2) & 7) + (from.number(1) << 3);
    return { distance, length: (op >> 5) + 1, literals: op & 3 };
  }
  if (op < 16) {
    const far = before === 4;
    const distance = (far ? 2049 : 1) + (op >> 2) + (from.number(1) << 2);
    return { distance, length: far ? 3 : 2, literals: op & 3 };
  }
  const near = op >= 32;
  const length = near ? 2 + extended(from, op & 31, 31) : 2 + extended(from, op & 7, 7);
  const [low = 0, high = 0] = from.take(2);
  const offset = (low | (high << 8)) >> 2;
  if (near) return { distance: 1 + offset, length, literals: low & 3 };
  const distance = ((op & 8) << 11) + offset;
  return distance === 0 ? undefined : { distance: distance + 0x4000, length, literals: low & 3 };
}

/** A length of zero goes on in the bytes that follow. */
function extended(from: Cursor, value: number, base: number): number {
  if (value !== 0) return value;
  for (let sum = base; ; sum += 255) {
    const byte = from.number(1);
    if (byte !== 0) return sum + byte;
    if (sum > LARGEST) throw new RangeError("too long");
  }
}

class Output {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  literals(from: Cursor, count: number): void {
    this.#room(count);
    this.#bytes.set(from.take(count), this.#length);
    this.#length += count;
  }

  repeat(distance: number, count: number): void {
    this.#room(count);
    if (distance > this.#length) throw new RangeError("before the beginning");
    // Byte by byte: a match may overlap itself.
    for (let left = count; left > 0; left -= 1, this.#length += 1)
      this.#bytes[this.#length] = this.#bytes[this.#length - distance] ?? 0;
  }

  whole(): Uint8Array {
    if (this.#length !== this.#bytes.length) throw new RangeError("short");
    return this.#bytes;
  }

  #room(count: number): void {
    if (count > this.#bytes.length - this.#length) throw new RangeError("too much");
  }
}
