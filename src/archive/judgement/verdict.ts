/** The verdict on an archive: plain JSON, the body of `archive verify` and the output of the step that verifies. */
import { endLsn, parseSegment } from "../names/segment.ts";
import type { Reader } from "../reading/reader.ts";
import type { TargetTimeline } from "./course.ts";
import type { Expiry } from "./expiry.ts";
import type { Loss, LossInTime } from "./loss.ts";
import type { Problem, VerdictName } from "./problem.ts";
import type { Stall } from "./stall.ts";
import type { SegmentRange } from "./wal.ts";
import type { Pick, RecoveryPoint, RecoveryWindow } from "./window.ts";

export interface BaseBackupVerdict {
  readonly name: string;
  /** Its own objects are all there. */
  readonly complete: boolean;
  /** Complete, and the WAL that it needs is there. */
  readonly usable: boolean;
  readonly why: string;
  readonly writer: Reader;
  readonly postgresVersion: string | null;
  /** First byte of the WAL that it needs; null if its name does not say it. */
  readonly startLsn: string | null;
  /** ISO 8601, by the database's clock; null when the archive does not tell it. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** When the sentinel was stored: LATEST goes by this time. */
  readonly storedAt: string | null;
  /** Of the data directory after a restore, without WAL. */
  readonly expandedBytes: number;
  /** The backups that a restore of this delta backup fetches before it; empty for a full one. */
  readonly buildsOn: readonly string[];
  /** Null if it cannot be used. */
  readonly window: RecoveryWindow | null;
}

/** How many objects were looked into, and the result. */
export interface Look {
  readonly objects: number;
  readonly broken: number;
  /** Nothing can be said of them: encrypted, or packed in a way that is not unpacked here. */
  readonly hidden: number;
  /** Their packing has no mark at its end: only reading all of them tells whether they are whole. */
  readonly unproven: number;
  /** Tar files and segments of which only both ends were read. */
  readonly unread: { readonly tars: number; readonly segments: number };
}

/** A timeline as it lies in the archive. */
export interface TimelineVerdict extends SegmentRange {
  /** Unbroken runs of segments that can be used, first and last. */
  readonly runs: readonly SegmentRange[];
  /** From its history; null for a timeline without one. */
  readonly parent: { readonly timeline: number; readonly lsn: string } | null;
}

export interface GapVerdict extends SegmentRange {
  /** The time that the gap covers, by the segments beside it, ISO 8601; null if there is none, or it has no time. */
  readonly from: string | null;
  readonly to: string | null;
}

export type { RecoveryPoint } from "./window.ts";

export interface ArchiveVerdict {
  readonly verdict: VerdictName;
  readonly restorable: boolean;
  /** For which program the verdict holds. */
  readonly reader: Reader;
  readonly systemId: string | null;
  readonly postgresVersion: string | null;
  readonly baseBackups: readonly BaseBackupVerdict[];
  readonly timelines: readonly TimelineVerdict[];
  readonly gaps: readonly GapVerdict[];
  /** Segments after the chosen base's start that are not there, at most `LONGEST_LIST` of them. */
  readonly missing: readonly string[];
  readonly unreachable: readonly string[];
  /** Null unless the verdict is restorable, with loss or without. */
  readonly recoveryPoint: RecoveryPoint | null;
  readonly problems: readonly Problem[];
  /** The base that the verdict goes by; null if there is none. */
  readonly chosenBase: string | null;
  /** The base that `backup-fetch LATEST` takes. */
  readonly latestBase: string | null;
  /** The value that `recovery_target_timeline` must have for the verdict to hold. */
  readonly targetTimeline: TargetTimeline | null;
  /** First and last segment without which the chosen base does not become consistent. */
  readonly needed: { readonly first: string; readonly last: string } | null;
  readonly loss: Loss;
  /** Null if nobody said when the database was deleted, or nothing can be restored. */
  readonly lossInTime: LossInTime | null;
  /** From the chosen base's start to the recovery point. */
  readonly segmentsToReplay: number;
  /** Of the chosen base, as its sentinel says. */
  readonly expandedBytes: number;
  /** The bytes that a disk must hold: the data directory and every replayed segment. */
  readonly diskBytes: number;
  readonly objects: number;
  readonly bytes: number;
  /** Of each WAL segment. */
  readonly segmentBytes: number;
  /** Number of objects of each storage class. */
  readonly storageClasses: Readonly<Record<string, number>>;
  /** By OpenPGP, as far as heads were looked at. */
  readonly encrypted: boolean;
  /** Null when nothing can be restored. */
  readonly stall: Stall | null;
  readonly expiry: Expiry;
  /** Null when no inside was read. */
  readonly look: Look | null;
  /** The choice of a restore to the time that was asked for; null when no time was. */
  readonly pick: Pick | null;
}

export const LONGEST_LIST = 10_000;

/**
 * `no later than 2026-11-21T02:14:50.000Z (end of 0000…, LSN 0/7000000)`; "inside" if the records end before its end.
 */
export function recoveryPointText(point: RecoveryPoint, segmentBytes?: number): string {
  const segment = parseSegment(point.segment, segmentBytes);
  const where = segment === undefined || endLsn(segment) === point.lsn ? "end of" : "inside";
  return `no later than ${point.time} (${where} ${point.segment}, timeline ${point.timeline}, LSN ${point.lsn})`;
}
