/** CRC-32C, as PostgreSQL sums up its control file and the records of its WAL. */
const POLYNOMIAL = 0x82f63b78;

export function crc32c(...parts: readonly Uint8Array[]): number {
  let sum = 0xffffffff;
  for (const bytes of parts)
    for (const byte of bytes) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
    }
  return (sum ^ 0xffffffff) >>> 0;
}
