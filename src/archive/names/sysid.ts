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
