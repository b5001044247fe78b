/** The verdict on an archive: plain JSON, the body of `archive verify` and the output of the step that verifies. */
import { NO_LOSS, type Loss } from "./loss.js";
import type { Problem, VerdictName } from "./problem.js";
import type { SegmentRange } from "./wal.js";

export interface BaseBackupVerdict {
  readonly name: string;
  /** Its own objects are all there. */
  readonly complete: boolean;
  /** Complete, and the WAL that it needs is there. */
  readonly usable: boolean;
  readonly why: string;
}

export interface RecoveryPoint {
  readonly timeline: number;
  /** Last segment that replay reaches. */
  readonly segment: string;
  /** End of that segment. */
  readonly lsn: string;
  /** ISO 8601. The data end no later than this: LastModified of the segment, true as a bound for a copy as well. */
  readonly time: string;
}

export interface ArchiveVerdict {
  readonly verdict: VerdictName;
  readonly restorable: boolean;
  readonly reader: "wal-e";
  readonly systemId: string | null;
  readonly postgresVersion: string | null;
  readonly baseBackups: readonly BaseBackupVerdict[];
  readonly timelines: readonly SegmentRange[];
  readonly gaps: readonly SegmentRange[];
  /** Segments after the chosen base's start that are not there, at most `LONGEST_LIST` of them. */
  readonly missing: readonly string[];
  readonly unreachable: readonly string[];
  /** Null unless the verdict is restorable, with loss or without. */
  readonly recoveryPoint: RecoveryPoint | null;
  readonly problems: readonly Problem[];
  /** The base that `wal-e backup-fetch LATEST` takes; null where there is none. */
  readonly chosenBase: string | null;
  /** First and last segment without which the chosen base does not become consistent. */
  readonly needed: { readonly first: string; readonly last: string } | null;
  readonly loss: Loss;
  /** From the chosen base's start to the recovery point. */
  readonly segmentsToReplay: number;
  /** Of the chosen base, as its sentinel says. */
  readonly expandedBytes: number;
  readonly objects: number;
  readonly bytes: number;
}

export const LONGEST_LIST = 10_000;

/** `no later than 2026-11-21T02:14:50.000Z (end of 0000…, LSN 0/7000000)` */
export function recoveryPointText(point: RecoveryPoint): string {
  return `no later than ${point.time} (end of ${point.segment}, timeline ${point.timeline}, LSN ${point.lsn})`;
}

/** The verdict on an archive that could not be read: nothing is known, and the reason is said. */
export function unreadVerdict(reason: Problem): ArchiveVerdict {
  return {
    verdict: "unknown",
    restorable: false,
    reader: "wal-e",
    systemId: null,
    postgresVersion: null,
    baseBackups: [],
    timelines: [],
    gaps: [],
    missing: [],
    unreachable: [],
    recoveryPoint: null,
    problems: [reason],
    chosenBase: null,
    needed: null,
    loss: NO_LOSS,
    segmentsToReplay: 0,
    expandedBytes: 0,
    objects: 0,
    bytes: 0,
  };
}
