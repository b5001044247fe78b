/** Whether a segment that was unpacked is what its name says (wal-archives.md §2). */
import { firstByte, formatLsn } from "../names/lsn.js";
import { SEGMENT_BYTES, type Segment } from "../names/segment.js";
import { LONG_HEADER_BYTES, pageHeader } from "../wal/page-header.js";

export interface ExpectedWal {
  readonly systemId: string;
  /** `9.6`, `13`. */
  readonly major: string;
  /** The timelines of the course, oldest first: a segment with a switch in it begins as a copy of its parent's. */
  readonly timelines: readonly number[];
}

export const FIRST_PAGE = LONG_HEADER_BYTES;

/** Why PostgreSQL would not replay it, a part of a sentence; undefined where it would. `size`: of the whole segment. */
export function misfitOf(
  head: Uint8Array,
  size: number,
  expected: { readonly segment: Segment } & ExpectedWal,
): string | undefined {
  if (size !== SEGMENT_BYTES) return `it holds ${size} bytes, not ${SEGMENT_BYTES}`;
  const page = pageHeader(head);
  if (page === undefined) return "it does not begin like WAL";
  const { segment, systemId, major, timelines } = expected;
  if (page.systemId !== systemId)
    return `it is of another cluster: its system identifier is ${page.systemId}, not ${systemId}`;
  if (page.version !== major) return `it is of PostgreSQL ${page.version ?? "of an unknown release"}, not ${major}`;
  if (page.segmentBytes !== SEGMENT_BYTES) return `it is of a cluster with segments of ${page.segmentBytes} bytes`;
  if (page.address !== firstByte(segment)) return `it begins at ${formatLsn(page.address)}, not where its name says`;
  const allowed = timelines.filter((timeline) => timeline <= segment.timeline);
  if (page.timeline !== segment.timeline && !allowed.includes(page.timeline))
    return `it is of timeline ${page.timeline}, which does not lead to ${segment.timeline}`;
  return undefined;
}
