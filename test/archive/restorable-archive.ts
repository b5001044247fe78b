/**
 * An archive in memory that can be restored: a small base backup, and behind it the last three segments of a real server
 * (fixtures/archive/wal), so that their transactions are real ones.
 */
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { decompressed } from "../../src/archive/compression/decompressed.ts";
import { crc32c } from "../../src/archive/wal/crc32c.ts";
import { lzop, type Run } from "../../src/rehearsal/world/formats/lzop.ts";
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { BUCKET, OLD } from "./sample-archive.ts";
import { tarEntry, tarOf } from "./tar-builder.ts";

export const BASE = "base_00000001000000000000000F_00000040";
export const FIRST = 15;
export const segmentOf = (number: number): string =>
  `0000000100000000000000${number.toString(16).toUpperCase().padStart(2, "0")}`;

interface Release {
  readonly version: string;
  readonly full: string;
  readonly systemId: bigint;
  readonly control: number;
  readonly catalog: number;
  readonly settings: readonly number[];
  readonly crcAt: number;
}

export const RELEASES = {
  "9.6": {
    ...{ version: "9.6", full: "9.6.24", systemId: 7710792265695954435n, control: 960, catalog: 201608131, crcAt: 256 },
    settings: [123, 8, 2, 64],
  },
  "13": {
    ...{ version: "13", full: "13.14", systemId: 7710792814233437948n, control: 1300, catalog: 202007201, crcAt: 288 },
    settings: [123, 8, 3, 2, 64],
  },
} as const satisfies Record<string, Release>;

export interface RestorableOptions {
  readonly release?: Release;
  /** Tar entries beside those that every backup has. */
  readonly more?: readonly Buffer[];
  /** Instead of the size that is true. */
  readonly expanded?: number;
  /** Default 15 alone: that the base backup needs. */
  readonly segments?: readonly number[];
  /** The content of backup_label. */
  readonly label?: string;
  readonly without?: "PG_VERSION" | "global/pg_control" | "backup_label";
}

const packing = { mtime: 0, fileMode: 0 };
export const packed = (bytes: Buffer): Buffer => lzop(runsOf(bytes), packing);

/** An idle page of WAL has but a header. */
const ZEROS = Buffer.alloc(512);

/** Stretches of zeros as such: they are packed faster, and into less. */
function runsOf(bytes: Buffer): readonly Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    const last = runs.at(-1);
    if (!piece.equals(ZEROS.subarray(0, piece.length))) runs.push(piece);
    else if (typeof last === "number") runs[runs.length - 1] = last + piece.length;
    else runs.push(piece.length);
  }
  return runs;
}

export function controlFile({ systemId, control, catalog, settings, crcAt }: Release): Buffer {
  const bytes = Buffer.alloc(8192);
  bytes.writeBigUInt64LE(systemId, 0);
  bytes.writeUInt32LE(control, 8);
  bytes.writeUInt32LE(catalog, 12);
  settings.forEach((value, index) => bytes.writeInt32LE(value, 180 + 4 * index));
  bytes.writeUInt32LE(16 * 1024 * 1024, 228);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, crcAt)), crcAt);
  return bytes;
}

export const LABEL = "START WAL LOCATION: 0/F000028 (file 00000001000000000000000F)\nCHECKPOINT LOCATION: 0/F000070\n";

/** The content of every backup, in two tar files, and the sum of the sizes of its files. */
function baseOf({ release = RELEASES["9.6"], more = [], without, label = LABEL }: RestorableOptions) {
  const files: readonly (readonly [string, string | Buffer])[] = [
    ["base/1/112", Buffer.alloc(8192, 1)],
    ["PG_VERSION", `${release.version}\n`],
    ["global/pg_control", controlFile(release)],
    ["backup_label", label],
  ];
  const entries = files.flatMap(([name, content]) => (name === without ? [] : [tarEntry(name, { content })]));
  const own = files.reduce((sum, [name, content]) => sum + (name === without ? 0 : content.length), 0);
  return { first: [tarEntry("/", { type: "5" }), ...entries.slice(0, 2)], second: [...entries.slice(2), ...more], own };
}

const sizeIn = (entry: Buffer): number => Number.parseInt(entry.toString("latin1", 124, 135), 8) || 0;

export function restorable(options: RestorableOptions = {}): MemoryObjectStore {
  const release = options.release ?? RELEASES["9.6"];
  const store = new MemoryObjectStore();
  const { first, second, own } = baseOf(options);
  const expanded = options.expanded ?? own + (options.more ?? []).reduce((sum, entry) => sum + sizeIn(entry), 0);
  const put = (key: string, content: string | Uint8Array, lastModified = "2026-11-22T00:53:00.000Z"): void => {
    store.seed(BUCKET, `${OLD.prefix}/${key}`, content, { lastModified });
  };
  put(`basebackups_005/${BASE}/extended_version.txt`, `PostgreSQL ${release.full} on x86_64-pc-linux-gnu\n`);
  put(partKey(0), packed(tarOf(...first)));
  put(partKey(1), packed(tarOf(...second)));
  put(
    `basebackups_005/${BASE}_backup_stop_sentinel.json`,
    JSON.stringify({
      wal_segment_backup_stop: segmentOf(FIRST),
      wal_segment_offset_backup_stop: "00000304",
      expanded_size_bytes: expanded,
      spec: { base_prefix: "/data/postgres0", tablespaces: [] },
    }),
    "2026-11-22T00:52:31.000Z",
  );
  put(`wal_005/${segmentOf(FIRST)}.00000028.backup.lzo`, packed(Buffer.from(BACKUP)));
  for (const number of options.segments ?? [15]) {
    put(walKey(number), packedSegment(release.version, number), "2026-11-22T00:54:40.000Z");
  }
  put("sysids/sysid", `${release.systemId}\n`);
  return store;
}

const BACKUP = `START WAL LOCATION: 0/F000028 (file 00000001000000000000000F)
STOP WAL LOCATION: 0/F000130 (file 00000001000000000000000F)
CHECKPOINT LOCATION: 0/F000070
START TIME: 2026-11-22 00:52:29 UTC
STOP TIME: 2026-11-22 00:52:30 UTC
`;

export const partKey = (index: number): string => `basebackups_005/${BASE}/tar_partitions/part_0000000${index}.tar.lzo`;
export const walKey = (number: number): string => `wal_005/${segmentOf(number)}.lzo`;

/** The same as WAL-G leaves it, packed by gzip, with a slash before each name. */
export function restorableByWalg(): MemoryObjectStore {
  const store = new MemoryObjectStore();
  const release = RELEASES["13"];
  const name = `base_${segmentOf(FIRST)}`;
  const put = (key: string, content: string | Uint8Array): void => {
    store.seed(BUCKET, `${OLD.prefix}/${key}`, content, { lastModified: "2026-11-22T00:54:40.000Z" });
  };
  const tar = (...entries: readonly Buffer[]): Buffer => gzipSync(tarOf(...entries));
  const folder = `basebackups_005/${name}/tar_partitions`;
  const version = tarEntry("/PG_VERSION", { content: "13\n" });
  put(`${folder}/part_001.tar.gz`, tar(tarEntry("/base/1/112", { content: Buffer.alloc(8192, 1) }), version));
  put(`${folder}/part_003.tar.gz`, tar(tarEntry("backup_label", { content: LABEL }), tarEntry("tablespace_map")));
  put(`${folder}/pg_control.tar.gz`, tar(tarEntry("/global/pg_control", { content: controlFile(release) })));
  put(
    `basebackups_005/${name}/metadata.json`,
    JSON.stringify({ start_time: "2026-11-22T00:54:28Z", finish_time: "2026-11-22T00:54:29Z" }),
  );
  put(
    `basebackups_005/${name}_backup_stop_sentinel.json`,
    `{"LSN": 251658280, "FinishLSN": 251658496, "PgVersion": 130014, "SystemIdentifier": ${release.systemId}, "UncompressedSize": 16000, "CompressedSize": 1, "Spec": null}`,
  );
  for (const number of [15, 16, 17])
    put(`wal_005/${segmentOf(number)}.gz`, gzipSync(realSegment("13", number), { level: 1 }));
  return store;
}

/** By gzip. */
const segments = new Map<string, Buffer>();
/** By lzop: the packer of the tests is slow. */
const packedOnes = new Map<string, Buffer>();

export function realSegment(version: string, number: number): Buffer {
  return gunzipSync(loaded(version, number));
}

export function packedSegment(version: string, number: number): Buffer {
  const known = packedOnes.get(`${version} ${number}`) ?? packed(realSegment(version, number));
  packedOnes.set(`${version} ${number}`, known);
  return known;
}

/** As a partial segment that was stored under the name of a whole one: its first record, and zeros. */
export function partialUnderFullName(version: string, number: number): Buffer {
  const segment = realSegment(version, number);
  return segment.fill(0, endOfFirstRecord(segment));
}

/** The same, but its first record follows another than the last one of the segment before; its sum is right. */
export function ofSecondWriter(segment: Buffer): Buffer {
  const [at, length] = [40, segment.readUInt32LE(40)];
  segment.writeBigUInt64LE(segment.readBigUInt64LE(at + 8) - 8n, at + 8);
  segment.writeUInt32LE(crc32c(segment.subarray(at + 24, at + length), segment.subarray(at, at + 20)), at + 20);
  return segment;
}

/** Of a segment that begins with a record: its first page has the long header. */
function endOfFirstRecord(segment: Buffer): number {
  return 40 + ((segment.readUInt32LE(40) + 7) & ~7);
}

function loaded(version: string, number: number): Buffer {
  const bytes = segments.get(`${version} ${number}`);
  if (bytes === undefined) throw new Error("loadSegments was not called");
  return bytes;
}

/** In place of its second record: the server began no base backup there. */
function addCheckpoint(segment: Buffer): void {
  const at = endOfFirstRecord(segment);
  const end = at + segment.readUInt32LE(at);
  segment.writeUInt8(0x10, at + 16);
  segment.writeUInt8(0, at + 17);
  segment.set([255, end - at - 26], at + 24);
  segment.writeBigUInt64LE(BigInt(FIRST) * BigInt(16 * 1024 * 1024) + 40n, at + 26);
  segment.writeUInt32LE(crc32c(segment.subarray(at + 24, end), segment.subarray(at, at + 20)), at + 20);
}

/** Reads the fixtures, once. */
export async function loadSegments(): Promise<void> {
  for (const version of Object.keys(RELEASES)) {
    for (const number of [15, 16, 17]) {
      const file = new URL(`../../fixtures/archive/wal/${version}-${segmentOf(number)}.zst`, import.meta.url);
      const pieces: Uint8Array[] = [];
      if (segments.has(`${version} ${number}`)) continue;
      for await (const piece of decompressed(once(readFileSync(file)), "zstd")) pieces.push(piece);
      const segment = Buffer.concat(pieces);
      if (number === FIRST) addCheckpoint(segment);
      segments.set(`${version} ${number}`, gzipSync(segment, { level: 1 }));
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
