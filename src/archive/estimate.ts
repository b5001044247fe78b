/** Rough figures for the consent screen, from what real recoveries took (real-parts.md §3.4, §6). Not promises. */
import { SEGMENT_BYTES } from "./segment.js";
import type { ArchiveVerdict } from "./verdict.js";

/** Stop, leader key, start, promotion, passwords, log-in. */
const FIXED_SECONDS = 90;
/** Server-side copies, 16 at a time, against a busy store. */
const COPIES_PER_SECOND = 50;
/** Download, decompression and writing of the base backup. */
const BASE_BYTES_PER_SECOND = 30_000_000;
/** One `wal-e wal-fetch` starts a Python interpreter: 0.3–1 s. */
const SECONDS_PER_SEGMENT = 1;

export interface Estimate {
  readonly objects: number;
  readonly bytes: number;
  /** Size of the restored data directory without WAL. */
  readonly expandedBytes: number;
  /** What the cell's disk must hold at most: data and every replayed segment. */
  readonly diskBytes: number;
  readonly segmentsToReplay: number;
  /** From consent to log-in, rounded up. */
  readonly minutes: number;
}

export function estimateRecovery(
  verdict: Pick<ArchiveVerdict, "objects" | "bytes" | "expandedBytes" | "segmentsToReplay">,
): Estimate {
  const { objects, bytes, expandedBytes, segmentsToReplay } = verdict;
  const seconds =
    FIXED_SECONDS +
    objects / COPIES_PER_SECOND +
    expandedBytes / BASE_BYTES_PER_SECOND +
    segmentsToReplay * SECONDS_PER_SEGMENT;
  const diskBytes = expandedBytes + segmentsToReplay * SEGMENT_BYTES;
  return { objects, bytes, expandedBytes, diskBytes, segmentsToReplay, minutes: Math.ceil(seconds / 60) };
}
