/** Histories of timelines that are not here, or cannot be read: a few lines of text, without which a whole branch is lost. */
import { segmentLsn, segmentName } from "../names/segment.ts";
import type { Reader } from "../reading/reader.ts";
import type { Histories } from "../reading/histories.ts";
import { hasNumber, historyName } from "./history.ts";
import { problem, type Problem } from "./problem.ts";
import { extent, type TimelineWal } from "./wal.ts";

interface Terms {
  readonly wal: readonly TimelineWal[];
  readonly histories: Histories;
  readonly reader: Reader;
}

/** Of every timeline that has WAL here. */
export function missingHistories({ wal, histories, reader }: Terms): readonly Problem[] {
  return wal
    .filter(({ timeline }) => !hasNumber(timeline, histories))
    .map((each) => {
      const key = `wal_005/${historyName(each.timeline)}${reader === "wal-e" ? ".lzo" : ""}`;
      const state = histories.has(each.timeline) ? "cannot be read" : "is not here";
      const text = `the history of timeline ${each.timeline} ${state}, and no restore from an older timeline reaches its WAL: ${CURE}`;
      return problem("history-missing", key, `${text}${lineOf(each, wal)}`);
    });
}

const CURE = "look for it in pg_xlog or pg_wal of its nodes and in other copies of the archive, or write it again";

/** The last line that the history must have, as far as names tell. */
function lineOf(own: TimelineWal, wal: readonly TimelineWal[]): string {
  const { first } = extent(own);
  const parent = wal.findLast((each) => each.timeline < own.timeline && extent(each).first <= first);
  const begins = segmentName({ timeline: own.timeline, number: first });
  const from = segmentLsn({ timeline: own.timeline, number: first });
  const at = `the LSN at which that was left (${begins}, the first of its segments here, begins at ${from})`;
  return `, its last line being the number of its parent${parent === undefined ? "" : ` (${parent.timeline}?)`}, a tab, ${at}`;
}
