/**
 * Rough figures for the consent screen, from real recoveries (real-parts.md §3.4, §6; bench/large-archive.ts): a fixed
 * time, and then so much per object and per byte that is copied, per byte of the base backup and per segment that is
 * replayed. Not promises.
 */
import { counted } from "../../kit/text/counted.ts";
import type { DrillTimes } from "../../ports/settings.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import type { ArchiveVerdict } from "./verdict.ts";

/**
 * Stop, leader key, start, promotion, passwords, log-in: a drill measures these on the foundation at hand. About 27 s
 * on the rig (bench/recovery.ts), and 40 s more if the stop ends in a kill and the leader key lives on.
 */
const FIXED_SECONDS = 60;
/** Not even an idle foundation is faster: the container looks its address up, and Patroni's loop takes 10 s. */
const LEAST_FIXED_SECONDS = 20;
/** Server-side copies, 16 at a time, against a busy store: the cost of an object, and the cost of its bytes. */
const COPIES_PER_SECOND = 50;
const COPIED_BYTES_PER_SECOND = 100_000_000;
/** Download, decompression and writing of the base backup. */
const BASE_BYTES_PER_SECOND = 30_000_000;
/**
 * One `wal-e wal-fetch` starts a Python interpreter (0.3–1 s) while the next segment is fetched ahead, as Dingo has it
 * (`-p 1`): 0.41 and 0.44 s with the replay, twice over 1,035 segments on two busy cores (bench/large-archive.ts).
 */
const SECONDS_PER_SEGMENT = 0.42;

export interface Estimate {
  readonly objects: number;
  readonly bytes: number;
  /** Size of the restored data directory without WAL. */
  readonly expandedBytes: number;
  /** The most that the cell's disk must hold: data and every replayed segment. */
  readonly diskBytes: number;
  readonly segmentsToReplay: number;
  /** From consent to log-in, rounded up. */
  readonly minutes: number;
}

/** With the times of a drill, the part that does not depend on the archive's size is as it was there. */
export function estimateRecovery(
  verdict: Pick<ArchiveVerdict, "objects" | "bytes" | "expandedBytes" | "segmentsToReplay">,
  drill?: DrillTimes,
): Estimate {
  const { objects, bytes, expandedBytes, segmentsToReplay } = verdict;
  const moved = { objects, bytes, expandedBytes, segments: segmentsToReplay };
  const seconds = fixedSeconds(drill) + movedSeconds(moved);
  const diskBytes = expandedBytes + segmentsToReplay * SEGMENT_BYTES;
  return { objects, bytes, expandedBytes, diskBytes, segmentsToReplay, minutes: Math.ceil(seconds / 60) };
}

type Moved = Pick<DrillTimes, "objects" | "bytes" | "expandedBytes" | "segments">;

const movedSeconds = ({ objects, bytes, expandedBytes, segments }: Moved): number =>
  objects / COPIES_PER_SECOND +
  bytes / COPIED_BYTES_PER_SECOND +
  expandedBytes / BASE_BYTES_PER_SECOND +
  segments * SECONDS_PER_SEGMENT;

const fixedSeconds = (drill: DrillTimes | undefined): number =>
  drill === undefined ? FIXED_SECONDS : Math.max(LEAST_FIXED_SECONDS, drill.seconds - movedSeconds(drill));

/** Another archive has another size: the estimate goes by it, and the reader may judge. */
export function drillText(drill: DrillTimes | undefined): string {
  if (drill === undefined) return "";
  const day = drill.at.slice(0, 10);
  return `${drill.seconds} s in the drill of ${day}, with ${counted(drill.objects, "object")} and ${counted(drill.segments, "segment")}`;
}
