/**
 * Names and arithmetic of WAL segments of 16 MiB (wal-archives.md §2): 8 hex digits of timeline, 8 of log, 8 of segment,
 * upper case. 256 segments make a log, so the last field runs from 00 to FF; PostgreSQL 9.3 and later use FF.
 */
export const SEGMENT_BYTES = 16 * 1024 * 1024;
const SEGMENTS_PER_LOG = 256;

export interface Segment {
  readonly timeline: number;
  /** log * 256 + segment: consecutive numbers are consecutive segments of one timeline. */
  readonly number: number;
}

/** Undefined unless the name is a segment's and fits segments of 16 MiB. */
export function parseSegment(name: string): Segment | undefined {
  const match = /^([0-9A-F]{8})([0-9A-F]{8})000000([0-9A-F]{2})$/.exec(name);
  if (match === null) return undefined;
  const [timeline, log, segment] = match.slice(1).map((field) => Number.parseInt(field, 16));
  if (timeline === undefined || log === undefined || segment === undefined || timeline === 0) return undefined;
  return { timeline, number: log * SEGMENTS_PER_LOG + segment };
}

/** As `parseSegment`, of the first 24 characters, and without making a string. */
export function segmentAt(name: string): Segment | undefined {
  const [timeline, log, segment] = [hexAt(name, 0), hexAt(name, 8), hexAt(name, 16)];
  const isOne = timeline > 0 && log >= 0 && segment >= 0 && segment < SEGMENTS_PER_LOG;
  return isOne ? { timeline, number: log * SEGMENTS_PER_LOG + segment } : undefined;
}

/** Eight upper-case hex digits; -1 if they are none. */
function hexAt(name: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at += 1) {
    const code = name.charCodeAt(at);
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

export function segmentName(segment: Segment): string {
  const log = Math.floor(segment.number / SEGMENTS_PER_LOG);
  return hex8(segment.timeline) + hex8(log) + hex8(segment.number % SEGMENTS_PER_LOG);
}

export function nextSegment(segment: Segment): Segment {
  return { timeline: segment.timeline, number: segment.number + 1 };
}

/** LSN of the segment's first byte, as PostgreSQL prints it: `0/7000000`. */
export function segmentLsn(segment: Segment): string {
  const log = Math.floor(segment.number / SEGMENTS_PER_LOG);
  const offset = (segment.number % SEGMENTS_PER_LOG) * SEGMENT_BYTES;
  return `${log.toString(16).toUpperCase()}/${offset.toString(16).toUpperCase()}`;
}

/** LSN just after the segment's last byte: replay of the whole segment ends there. */
export function endLsn(segment: Segment): string {
  return segmentLsn(nextSegment(segment));
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
