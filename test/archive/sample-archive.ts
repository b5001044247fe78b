/** Archives as WAL-E and Dingo leave them, small, for tests. */
import { crc32c } from "../../src/archive/wal/crc32c.ts";
import { LZOP_MAGIC } from "../../src/archive/reading/facts.ts";
import { keyIn, parseLocation, type ArchiveLocation } from "../../src/archive/names/location.ts";
import { segmentName } from "../../src/archive/names/segment.ts";
import { lzop, type Run } from "../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../src/rehearsal/world/formats/tar.ts";
import { bytesOf, vitalMembers } from "./vital-members.ts";
import { MemoryObjectStore, type SeedOptions } from "../fakes/memory-object-store.ts";

export const BUCKET = "our-postgresql-backups";
export const OLD = parseLocation(`s3://${BUCKET}/backups/6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8/wal`);
export const NEW = parseLocation(`s3://${BUCKET}/backups/78218ded-8a4f-4b83-9b16-6f5d3c1f0a11/wal`);
/** Its initdb was on 2016-03-16. */
export const SYSID = "6262740190985621594";
export const BASE = "base_000000010000000000000002_00000040";

export interface SampleOptions {
  readonly at?: ArchiveLocation;
  /** Segment numbers of timeline 1; default 1 to 6. */
  readonly segments?: readonly number[];
  readonly sysid?: string;
  /** Told apart by content: two clusters' archives have the same names and sizes. */
  readonly cluster?: string;
  /** Its base backup and WAL can be unpacked, and are what their names say. */
  readonly whole?: boolean;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;

const EXPANDED_BYTES = 21_000_000;

/** Made once: packing takes long. */
const made = new Map<string, Uint8Array>();

function once(name: string, runs: () => readonly Run[]): Uint8Array {
  const known = made.get(name) ?? lzop(runs(), { mtime: 0, fileMode: 0 });
  made.set(name, known);
  return known;
}

const textMark = (mark: string): Buffer => Buffer.from(mark.padEnd(8).slice(0, 8));

/** Of release 9.6, closed at once. */
export function wholeSegment(number: number, sysid = SYSID, mark = ""): Uint8Array {
  return once(`${number} ${sysid} ${mark}`, () => {
    const header = Buffer.alloc(40);
    header.writeUInt16LE(0xd093, 0);
    header.writeUInt16LE(2, 2);
    header.writeUInt32LE(1, 4);
    header.writeBigUInt64LE(BigInt(number) * BigInt(SEGMENT_BYTES), 8);
    header.writeBigUInt64LE(BigInt(sysid), 24);
    header.writeUInt32LE(SEGMENT_BYTES, 32);
    header.writeUInt32LE(8192, 36);
    return [header, records(number), SEGMENT_BYTES - 48 - RECORDS, textMark(mark)];
  });
}

/** All files of a base backup; it tells whose it is only if that is given. */
export function wholePart(sysid = "0", mark = "", start = segment(2)): Uint8Array {
  return once(`part ${sysid} ${mark} ${start}`, () => {
    const vital = vitalMembers(start, sysid);
    return tar([...vital, { name: "base/1/1", content: [textMark(mark), EXPANDED_BYTES - 8 - bytesOf(vital)] }]);
  });
}

export const START_MS = Date.UTC(2026, 10, 21, 2);

/** Bytes of the records of a segment that a server closed at once, as it did with the one before: nothing follows them. */
export const RECORDS = 64;

/** A checkpoint, from which a base backup can begin, and the switch. */
export function records(number: number): Buffer {
  const first = BigInt(number) * BigInt(SEGMENT_BYTES) + 40n;
  const redo = Buffer.alloc(16);
  redo.set([255, 8]);
  redo.writeBigUInt64LE(first, 2);
  const checkpoint = record(0x10, first - BigInt(SEGMENT_BYTES) + 40n, redo.subarray(0, 10));
  return Buffer.concat([checkpoint, Buffer.alloc(6), record(0x40, first)]);
}

function record(operation: number, before: bigint, data: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(24), data]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeBigUInt64LE(before, 8);
  bytes.writeUInt8(operation, 16);
  bytes.writeUInt32LE(crc32c(data, bytes.subarray(0, 20)), 20);
  return bytes;
}

/** Lzop in name and magic; the rest only has to differ. */
export function lzopLike(text: string): Uint8Array {
  return Buffer.concat([LZOP_MAGIC, Buffer.from(text.padEnd(64, ".")), Buffer.alloc(4)]);
}

export function segment(number: number, timeline = 1): string {
  return segmentName({ timeline, number });
}

export function sentinelText(stop = segment(2), more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    wal_segment_backup_stop: stop,
    wal_segment_offset_backup_stop: "00000248",
    expanded_size_bytes: EXPANDED_BYTES,
    spec: { base_prefix: "/data/postgres0", tablespaces: [] },
    ...more,
  });
}

/** One base at segment 2, complete; a segment per ten minutes. */
export function sampleArchive(options: SampleOptions = {}): MemoryObjectStore {
  const store = new MemoryObjectStore();
  seedArchive(store, options);
  return store;
}

export function seedArchive(store: MemoryObjectStore, options: SampleOptions = {}): void {
  const at = options.at ?? OLD;
  const cluster = options.cluster ?? "old";
  const put = (key: string, content: string | Uint8Array, seed: SeedOptions = {}): void => {
    store.seed(at.bucket, keyIn(at, key), content, { lastModified: stamp(2), ...seed });
  };
  const sysid = options.sysid ?? SYSID;
  const whole = options.whole === true;
  const part = whole ? wholePart(undefined, cluster) : lzopLike(`${cluster} part`);
  put(`basebackups_005/${BASE}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64-pc-linux-gnu, 64-bit\n");
  put(`basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, part);
  put(`basebackups_005/${BASE}_backup_stop_sentinel.json`, sentinelText());
  put(`wal_005/${segment(2)}.00000028.backup.lzo`, lzopLike(`${cluster} backup`));
  for (const number of options.segments ?? [1, 2, 3, 4, 5, 6]) {
    const content = whole ? wholeSegment(number, sysid, cluster) : lzopLike(`${cluster} ${number}`);
    put(`wal_005/${segment(number)}.lzo`, content, { lastModified: stamp(number) });
  }
  put("sysids/sysid", `${options.sysid ?? SYSID}\n`);
}

/** The time of a segment by its number. */
export function stamp(number: number): string {
  return new Date(START_MS + number * 600_000).toISOString();
}

export function drop(store: MemoryObjectStore, relative: string, at: ArchiveLocation = OLD): void {
  if (!store.bucket(at.bucket).delete(`${at.prefix}/${relative}`)) throw new Error(`no ${relative} to drop`);
}

export function add(
  store: MemoryObjectStore,
  relative: string,
  content: string | Uint8Array,
  seed?: SeedOptions,
): void {
  store.seed(OLD.bucket, `${OLD.prefix}/${relative}`, content, { lastModified: stamp(6), ...seed });
}
