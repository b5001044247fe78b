/**
 * `sysids/sysid`: the cluster's system identifier in decimal with a newline, 20 bytes in practice, written by Dingo's
 * container and not by WAL-E. Always text: it does not fit a JavaScript number.
 */
const SHORTEST = 10;
const LARGEST = 2n ** 64n - 1n;

/** Undefined unless the text is one decimal number of at least 10 digits that fits 64 bits. */
export function parseSysid(text: string): string | undefined {
  const digits = text.replace(/\r?\n$/, "");
  if (!/^[0-9]+$/.test(digits) || digits.length < SHORTEST || digits.length > 20) return undefined;
  return BigInt(digits) <= LARGEST ? digits : undefined;
}

/** When initdb made the cluster, to the second: the upper half of the identifier (wal-archives.md §7). */
export function initdbTime(sysid: string): Date {
  return new Date(Number(BigInt(sysid) >> 32n) * 1000);
}

/** `global/pg_control` of every release begins with it, as eight bytes, the lowest first (wal-archives.md, pg_control). */
export function controlSysid(control: Uint8Array): string | undefined {
  return control.length < 8 ? undefined : plausible(littleEndian(control, 0));
}

const LONG_HEADER = 0x0002;
const LONG_HEADER_BYTES = 40;

/** The first page of each WAL segment carries it in its long header; PostgreSQL replays no segment of another system. */
export function walSysid(page: Uint8Array): string | undefined {
  if (page.length < LONG_HEADER_BYTES || ((page[2] ?? 0) & LONG_HEADER) === 0) return undefined;
  return plausible(littleEndian(page, 24));
}

function littleEndian(bytes: Uint8Array, at: number): bigint {
  return Buffer.from(bytes.subarray(at, at + 8)).readBigUInt64LE(0);
}

const plausible = (value: bigint): string | undefined => parseSysid(value.toString());
