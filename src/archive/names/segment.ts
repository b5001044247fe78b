/**
 * Names and arithmetic of WAL segments (wal-archives.md §2): 8 hex digits of timeline, 8 of log, 8 of segment, upper case. A
 * log has 4 GiB: with segments of 16 MiB the last field runs from 00 to FF; PostgreSQL 9.3 and later use FF. Other sizes are
 * set by initdb --wal-segsize since 11, before by how PostgreSQL was built.
 */
export const SEGMENT_BYTES = 16 * 1024 * 1024;
const LOG_BYTES = 2 ** 32;

export interface Segment {
  readonly timeline: number;
  /**
   * Consecutive numbers are consecutive segments of one timeline. A number also says how large its segments are: those of
   * 16 MiB begin at 0, each other size has a stretch behind (`segmentBytesOf`), so that no two sizes are ever mixed.
   */
  readonly number: number;
}

/** More than the segments of the smallest size. */
const STRETCH = 2 ** 45;
const USUAL = 24;
const [SMALLEST, LARGEST] = [20, 30];
const SIZES = LARGEST - SMALLEST + 1;

/** Of these sizes alone: powers of two from 1 MiB to 1 GiB. */
export function isSegmentSize(bytes: number): boolean {
  const power = Math.log2(bytes);
  return Number.isInteger(power) && power >= SMALLEST && power <= LARGEST;
}

const firstNumber = (bytes: number): number =>
  bytes === SEGMENT_BYTES ? 0 : ((Math.log2(bytes) - USUAL + SIZES) % SIZES) * STRETCH;

export function segmentBytesOf(number: number): number {
  const stretch = Math.floor(number / STRETCH);
  return stretch === 0 ? SEGMENT_BYTES : 2 ** (stretch + USUAL > LARGEST ? stretch + USUAL - SIZES : stretch + USUAL);
}

/** `place`: how many segments of that size lie before it. */
export const numberAt = (place: number, bytes: number): number => firstNumber(bytes) + place;

export const placeOf = (number: number): number => number % STRETCH;

/** Undefined unless the name is a segment's and fits segments of that size. */
export function parseSegment(name: string, bytes = SEGMENT_BYTES): Segment | undefined {
  return /^[0-9A-F]{24}$/.test(name) ? segmentAt(name, bytes) : undefined;
}

/** As `parseSegment`, of the first 24 characters, and without making a string. */
export function segmentAt(name: string, bytes = SEGMENT_BYTES): Segment | undefined {
  const inLog = LOG_BYTES / bytes;
  const [timeline, log, segment] = [hexAt(name, 0), hexAt(name, 8), hexAt(name, 16)];
  const isOne = timeline > 0 && log >= 0 && segment >= 0 && segment < inLog;
  return isOne ? { timeline, number: numberAt(log * inLog + segment, bytes) } : undefined;
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

export function segmentName({ timeline, number }: Segment): string {
  const inLog = LOG_BYTES / segmentBytesOf(number);
  const place = placeOf(number);
  return hex8(timeline) + hex8(Math.floor(place / inLog)) + hex8(place % inLog);
}

export function nextSegment(segment: Segment): Segment {
  return { timeline: segment.timeline, number: segment.number + 1 };
}

/** LSN of the segment's first byte, as PostgreSQL prints it: `0/7000000`. */
export function segmentLsn({ number }: Segment): string {
  const bytes = segmentBytesOf(number);
  const inLog = LOG_BYTES / bytes;
  const place = placeOf(number);
  const offset = (place % inLog) * bytes;
  return `${Math.floor(place / inLog)
    .toString(16)
    .toUpperCase()}/${offset.toString(16).toUpperCase()}`;
}

/** LSN just after the segment's last byte: replay of the whole segment ends there. */
export function endLsn(segment: Segment): string {
  return segmentLsn(nextSegment(segment));
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
