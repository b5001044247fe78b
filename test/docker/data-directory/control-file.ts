/** The first bytes of a pg_control of PostgreSQL 13, with its checksum. */
import { crc32c } from "../../../src/archive/wal/crc32c.ts";

export function control({ flip }: { readonly flip?: number } = {}): Uint8Array {
  const bytes = Buffer.alloc(512);
  bytes.writeBigUInt64LE(7710592673896030425n, 0);
  bytes.writeUInt32LE(1300, 8);
  bytes.writeUInt32LE(202007201, 12);
  bytes.writeUInt32LE(6, 16);
  bytes.writeBigUInt64LE(0x1_a000_0028n, 32);
  bytes.writeUInt32LE(3, 48);
  bytes.writeBigInt64LE(BigInt(Date.UTC(2026, 10, 21, 2, 20, 11) / 1000), 104);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 288)), 288);
  if (flip !== undefined) bytes.writeUInt8(bytes.readUInt8(flip) ^ 1, flip);
  return bytes;
}
