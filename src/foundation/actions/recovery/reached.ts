/** Whether a recovered database holds a segment, by its own timelines (wal-archives.md §2). */
import { firstByte, formatLsn } from "../../../archive/names/lsn.ts";
import { parseSegment } from "../../../archive/names/segment.ts";
import type { OpenDatabase } from "./database-look.ts";

export type Reached = { readonly is: "held" } | { readonly is: "not-held"; readonly why: string };

const HELD: Reached = { is: "held" };

/**
 * The recovery went through `segment` when its timeline ended behind the segment's first byte: a recovery stops before a
 * segment that it cannot have, and the next timeline begins there.
 */
export function reaches(database: OpenDatabase, segment: string): Reached {
  const wanted = parseSegment(segment);
  if (wanted === undefined) return HELD;
  const end = database.history.find(({ timeline }) => timeline === wanted.timeline);
  if (end !== undefined)
    return end.lsn > firstByte(wanted)
      ? HELD
      : { is: "not-held", why: `the recovery ended at ${formatLsn(end.lsn)} of timeline ${end.timeline}` };
  if (database.timeline === wanted.timeline && database.segment >= wanted.number) return HELD;
  return {
    is: "not-held",
    why: `the database is on timeline ${database.timeline} and never was on ${wanted.timeline}`,
  };
}
