/** Whether the first page of a segment fits the segment's name (wal-archives.md §2). */
import { firstByte, formatLsn } from "../names/lsn.ts";
import { type Segment, segmentBytesOf, segmentName } from "../names/segment.ts";
import type { PageHeader } from "./page-header.ts";

export interface ExpectedPage {
  readonly segment: Segment;
  /** Undefined when it is not known. */
  readonly systemId: string | undefined;
  /** `9.6`, `13`; undefined when it is not known. */
  readonly major: string | undefined;
  /** A segment with a switch in it begins as a copy of its parent's. */
  readonly isAncestor: (timeline: number) => boolean;
}

/** Why PostgreSQL would not replay it, a part of a sentence; undefined if it would. */
export function misfitOf(page: PageHeader, expected: ExpectedPage): string | undefined {
  return ofAnotherCluster(page, expected) ?? ofAnotherPlace(page, expected);
}

function ofAnotherCluster(page: PageHeader, { systemId, major }: ExpectedPage): string | undefined {
  if (systemId !== undefined && page.systemId !== systemId)
    return `it is of another cluster: its system identifier is ${page.systemId}, not ${systemId}`;
  if (page.version === undefined)
    return `its first page is not of a release up to 18 (magic number ${hex(page.magic)})`;
  return major === undefined || page.version === major
    ? undefined
    : `it is of PostgreSQL ${page.version}, not ${major}`;
}

export function otherSegmentSize({ segmentBytes }: PageHeader, { number }: Segment): string | undefined {
  return segmentBytes === segmentBytesOf(number)
    ? undefined
    : `it is of a cluster with segments of ${segmentBytes} bytes`;
}

function ofAnotherPlace(page: PageHeader, { segment, isAncestor }: ExpectedPage): string | undefined {
  const otherSize = otherSegmentSize(page, segment);
  if (otherSize !== undefined) return otherSize;
  if (page.address !== firstByte(segment)) return `it begins at ${formatLsn(page.address)}, not where its name says`;
  if (page.timeline === segment.timeline || isAncestor(page.timeline)) return undefined;
  return `it is of timeline ${page.timeline}: no ancestor of ${segmentName(segment).slice(0, 8)}`;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");
