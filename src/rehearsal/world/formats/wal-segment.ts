/**
 * A simulated WAL segment: pages of a checkpoint and of a switch that holds the changes, and zeros to the end. Each
 * record names the one before, so that a reader that follows the records comes from segment to segment, as on a real
 * server, and finds the checkpoint of a base backup.
 */
import { crc32c } from "./crc32c.ts";
import { SEGMENT_BYTES } from "../database/database.ts";
import type { Run } from "./lzop.ts";

export interface SimulatedSegment {
  readonly sysid: string;
  readonly version: string;
  readonly timeline: number;
  readonly segment: number;
  /** Where in the segment before its last record begins; absent if that segment is simulated too. */
  readonly previous?: number;
  readonly changes: readonly unknown[];
}

/** Magic of a WAL page by version. */
const PAGE_MAGIC: Readonly<Record<string, number>> = { "9.5": 0xd087, "9.6": 0xd093, "11.22": 0xd098 };
const PAGE = 8192;
const LONG_HEADER = 40;
const SHORT_HEADER = 24;
const CONTINUES = 0x1;
const LONG = 0x2;
const RECORD_HEADER = 24;
const XLOG_SWITCH = 0x40;
const XLOG_CHECKPOINT_ONLINE = 0x10;
/** Ids of the short header that says how long the data are, in four bytes or in one. */
const DATA_LONG = 254;
const DATA_SHORT = 255;
/** The checkpoint with the bytes that align the next record. */
const CHECKPOINT_BYTES = 40;

export function walSegment(wal: SimulatedSegment): Run[] {
  const record = recordsOf(wal);
  const pages: Buffer[] = [];
  for (let done = 0; done < record.length; ) {
    const header = pageHeader(wal, { page: pages.length, rest: record.length - done });
    const taken = record.subarray(done, done + PAGE - header.length);
    pages.push(Buffer.concat([header, taken]));
    done += taken.length;
  }
  const content = Buffer.concat(pages);
  return [content, SEGMENT_BYTES - content.length];
}

function pageHeader(
  { version, timeline, segment, sysid }: SimulatedSegment,
  at: { page: number; rest: number },
): Buffer {
  const header = Buffer.alloc(at.page === 0 ? LONG_HEADER : SHORT_HEADER);
  header.writeUInt16LE(PAGE_MAGIC[version.split(".").slice(0, 2).join(".")] ?? 0xd087, 0);
  header.writeUInt16LE(at.page === 0 ? LONG : CONTINUES, 2);
  header.writeUInt32LE(timeline, 4);
  header.writeBigUInt64LE(firstByte(segment) + BigInt(at.page * PAGE), 8);
  if (at.page > 0) {
    header.writeUInt32LE(at.rest, 16);
    return header;
  }
  header.writeBigUInt64LE(BigInt(sysid), 24);
  header.writeUInt32LE(SEGMENT_BYTES, 32);
  header.writeUInt32LE(PAGE, 36);
  return header;
}

function recordsOf({ segment, previous = LONG_HEADER + CHECKPOINT_BYTES, changes }: SimulatedSegment): Buffer {
  const here = firstByte(segment) + BigInt(LONG_HEADER);
  const redo = Buffer.alloc(2 + 8);
  redo.writeUInt8(DATA_SHORT, 0);
  redo.writeUInt8(8, 1);
  redo.writeBigUInt64LE(here, 2);
  const data = Buffer.from(JSON.stringify(changes));
  const head = Buffer.alloc(5);
  head.writeUInt8(DATA_LONG, 0);
  head.writeUInt32LE(data.length, 1);
  const checkpoint = recordOf(XLOG_CHECKPOINT_ONLINE, firstByte(segment - 1) + BigInt(previous), redo);
  const change = recordOf(XLOG_SWITCH, here, Buffer.concat([head, data]));
  return Buffer.concat([checkpoint, Buffer.alloc(CHECKPOINT_BYTES - checkpoint.length), change]);
}

/** `before`: where the record before it begins. */
function recordOf(operation: number, before: bigint, data: Buffer): Buffer {
  const record = Buffer.concat([Buffer.alloc(RECORD_HEADER), data]);
  record.writeUInt32LE(record.length, 0);
  record.writeBigUInt64LE(before, 8);
  record.writeUInt8(operation, 16);
  record.writeUInt32LE(crc32c(record.subarray(RECORD_HEADER), record.subarray(0, 20)), 20);
  return record;
}

const firstByte = (segment: number): bigint => BigInt(segment) * BigInt(SEGMENT_BYTES);
