/**
 * The long header of a WAL segment's first page, little endian, the same since PostgreSQL 9.3 (wal-archives.md §2;
 * src/include/access/xlog_internal.h, XLogLongPageHeaderData).
 */
import { parseSysid } from "../names/sysid.ts";

export const LONG_HEADER_BYTES = 40;
const LONG_HEADER = 0x0002;

/** Which release writes which magic number (wal-archives.md §2). */
const VERSIONS: Readonly<Record<number, string>> = {
  0xd075: "9.3",
  0xd07e: "9.4",
  0xd087: "9.5",
  0xd093: "9.6",
  0xd097: "10",
  0xd098: "11",
  0xd101: "12",
  0xd106: "13",
  0xd10d: "14",
  0xd110: "15",
  0xd113: "16",
  0xd116: "17",
  0xd118: "18",
};

export interface PageHeader {
  /** `9.6`, `13`; undefined for a magic number that no release up to 18 writes. */
  readonly version: string | undefined;
  readonly magic: number;
  /** May be an ancestor of the timeline in the segment's name: a segment with a switch in it begins as a copy. */
  readonly timeline: number;
  /** Position of the page's first byte. */
  readonly address: bigint;
  readonly systemId: string;
  readonly segmentBytes: number;
}

/** Undefined for bytes without the long header, or with no plausible identifier in it. */
export function pageHeader(page: Uint8Array): PageHeader | undefined {
  if (page.length < LONG_HEADER_BYTES) return undefined;
  const bytes = Buffer.from(page.buffer, page.byteOffset, LONG_HEADER_BYTES);
  const systemId = parseSysid(bytes.readBigUInt64LE(24).toString());
  if (systemId === undefined || (bytes.readUInt16LE(2) & LONG_HEADER) === 0) return undefined;
  const magic = bytes.readUInt16LE(0);
  return {
    version: VERSIONS[magic],
    magic,
    timeline: bytes.readUInt32LE(4),
    address: bytes.readBigUInt64LE(8),
    systemId,
    segmentBytes: bytes.readUInt32LE(32),
  };
}
