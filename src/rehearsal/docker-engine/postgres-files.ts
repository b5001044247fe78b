/**
 * The files that tell a data directory of PostgreSQL 13 or 16 from any other: as initdb and a server leave them
 * (wal-archives.md §7: layout of pg_control, CRC-32C over the bytes before it).
 */
import { crc32c } from "../world/formats/crc32c.ts";
import { directory, file, type TreeNode } from "./tree.ts";

export interface PostgresSeed {
  readonly major: "13" | "16";
  readonly systemId: bigint;
  /** A server runs on it, or was killed. */
  readonly inProduction: boolean;
  /** Milliseconds of the epoch. */
  readonly checkpointAt: number;
}

const CATALOG = { "13": 202007201, "16": 202307071 } as const;
const CONTROL_BYTES = 8192;
const CRC_AT = 288;
const POSTGRES_UID = 999;

export function postgresFiles(seed: PostgresSeed): Readonly<Record<string, TreeNode>> {
  const owned = { uid: POSTGRES_UID, modified: seed.checkpointAt };
  const version = `${seed.major}\n`;
  return {
    PG_VERSION: file(version, owned),
    "global/pg_control": file(controlFile(seed), { ...owned, size: CONTROL_BYTES }),
    "base/1/PG_VERSION": file(version, owned),
    "base/13395/PG_VERSION": file(version, owned),
    "base/13395/16384": file("", { ...owned, size: 41_000_000 }),
    pg_wal: directory({ ...owned, mode: 0o700 }),
    "postgresql.conf": file("# as initdb wrote it\n", owned),
    ...(seed.inProduction ? { "postmaster.pid": file("1\n", owned) } : {}),
  };
}

/** Of the file that is zero behind its fields, the part with fields. */
function controlFile({ major, systemId, inProduction, checkpointAt }: PostgresSeed): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.writeBigUInt64LE(systemId, 0);
  bytes.writeUInt32LE(1300, 8);
  bytes.writeUInt32LE(CATALOG[major], 12);
  bytes.writeUInt32LE(inProduction ? 6 : 1, 16);
  bytes.writeBigInt64LE(BigInt(Math.floor(checkpointAt / 1000)), 24);
  bytes.writeBigUInt64LE(0x3_0000_28n, 32);
  bytes.writeBigUInt64LE(0x3_0000_28n, 40);
  bytes.writeUInt32LE(1, 48);
  bytes.writeBigInt64LE(BigInt(Math.floor(checkpointAt / 1000)), 104);
  bytes.writeUInt32LE(16 * 1024 * 1024, 228);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}
