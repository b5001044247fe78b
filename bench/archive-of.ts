/** Archives of the benches: whole by their names, by their base backup and by the first page of each segment. */
import { segmentName } from "../src/archive/names/segment.ts";
import { lzop } from "../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../src/rehearsal/world/formats/tar.ts";

/** Of the base backup, as many bytes as its sentinel says. */
const FILES = tar([{ name: "PG_VERSION", content: [1024] }]);
const SYSTEM_ID = 6290223712345678901n;

/** A whole archive as WAL-E writes it: one base backup, then segments. */
export function* archiveOf(count: number, segment: (number: number) => Buffer): Generator<readonly [string, Buffer]> {
  const base = "basebackups_005/base_000000010000000000000002_00000040";
  const sentinel = {
    wal_segment_backup_stop: "000000010000000000000002",
    wal_segment_offset_backup_stop: "00000248",
    expanded_size_bytes: 1024,
    spec: { base_prefix: "/data", tablespaces: [] },
  };
  yield [`${base}/extended_version.txt`, Buffer.from("PostgreSQL 9.6.24 on x86_64-pc-linux-gnu")];
  yield [`${base}/tar_partitions/part_00000000.tar.lzo`, lzop(FILES, { mtime: 1_790_000_000, fileMode: 0 })];
  yield [`${base}_backup_stop_sentinel.json`, Buffer.from(JSON.stringify(sentinel))];
  yield ["sysids/sysid", Buffer.from(`${SYSTEM_ID}\n`)];
  for (let number = 1; number <= count - 4; number += 1)
    yield [`wal_005/${segmentName({ timeline: 1, number })}.lzo`, segment(number)];
}

export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** The first page of a segment of PostgreSQL 9.6, bytes that cannot be packed, zeros up to `size`. */
export function segmentOf(number: number, fill: Buffer, size: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt16LE(0xd093, 0);
  header.writeUInt16LE(0x0002, 2);
  header.writeUInt32LE(1, 4);
  header.writeBigUInt64LE(BigInt(number) * BigInt(SEGMENT_BYTES), 8);
  header.writeBigUInt64LE(SYSTEM_ID, 24);
  header.writeUInt32LE(SEGMENT_BYTES, 32);
  header.writeUInt32LE(8192, 36);
  const zeros = size - header.length - fill.length;
  return lzop([header, fill, zeros], { mtime: 1_790_000_000 + number * 60, fileMode: 0o100600 });
}
