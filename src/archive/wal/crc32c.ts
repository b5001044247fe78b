/**
 * CRC-32C (Castagnoli, reflected), which PostgreSQL keeps of its WAL records and of pg_control since 9.5. Eight bytes at
 * a time, each by a table ("slicing by 8"): a look at every byte of an archive spends its time here.
 */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

const TABLES = tables();

function tables(): Uint32Array {
  const all = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    all[byte] = value;
  }
  for (let at = 256; at < all.length; at += 1) {
    const before = all[at - 256] ?? 0;
    all[at] = (before >>> 8) ^ (all[before & 0xff] ?? 0);
  }
  return all;
}

export function crc32c(...pieces: readonly Uint8Array[]): number {
  return finished(pieces.reduce((sum, piece) => updated(sum, piece, { from: 0, to: piece.length }), BEGUN));
}

/** The sum before the first byte. */
export const BEGUN = 0xffffffff;

export const finished = (sum: number): number => (sum ^ 0xffffffff) >>> 0;

/** The sum with the bytes from `from` up to `to`. */
export function updated(
  before: number,
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const table = TABLES as { readonly [at: number]: number };
  const byte = bytes as { readonly [at: number]: number };
  const of = (at: number): number => byte[at] as number;
  let sum = before;
  let at = from;
  for (const last = to - SLICES; at <= last; at += SLICES) {
    const low = sum ^ (of(at) | (of(at + 1) << 8) | (of(at + 2) << 16) | (of(at + 3) << 24));
    sum =
      (table[1792 + (low & 0xff)] as number) ^
      (table[1536 + ((low >>> 8) & 0xff)] as number) ^
      (table[1280 + ((low >>> 16) & 0xff)] as number) ^
      (table[1024 + (low >>> 24)] as number) ^
      (table[768 + of(at + 4)] as number) ^
      (table[512 + of(at + 5)] as number) ^
      (table[256 + of(at + 6)] as number) ^
      (table[of(at + 7)] as number);
  }
  for (; at < to; at += 1) sum = (table[(sum ^ of(at)) & 0xff] as number) ^ (sum >>> 8);
  return sum;
}
