/** Positions in the WAL, as PostgreSQL prints them: two hexadecimal halves of 32 bits. */
import { numberAt, placeOf, SEGMENT_BYTES, type Segment, segmentBytesOf } from "./segment.ts";

export function parseLsn(text: string): bigint | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) return undefined;
  return (BigInt(`0x${match[1] ?? "0"}`) << 32n) | BigInt(`0x${match[2] ?? "0"}`);
}

export function formatLsn(lsn: bigint): string {
  const half = (value: bigint): string => value.toString(16).toUpperCase();
  return `${half(lsn >> 32n)}/${half(lsn & 0xffffffffn)}`;
}

/** Number of the segment that holds the byte at this position. */
export function segmentNumberAt(lsn: bigint, bytes = SEGMENT_BYTES): number {
  return numberAt(Number(lsn / BigInt(bytes)), bytes);
}

/** Number of the segment that holds the byte before it: an end at a border belongs to the segment that it ends. */
export function segmentNumberBefore(lsn: bigint, bytes = SEGMENT_BYTES): number {
  return segmentNumberAt(lsn === 0n ? 0n : lsn - 1n, bytes);
}

export function firstByte({ number }: Segment): bigint {
  return BigInt(placeOf(number)) * BigInt(segmentBytesOf(number));
}
