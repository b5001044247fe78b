/**
 * The journal as the engine sees it: an append-only list of facts, each durable before `append` returns (law 3).
 *
 * Owns: order, hash chain, masking, evidence. Does not own: what entries mean (engine/replay.ts).
 *
 * J1  `append` returns only after the line is durable; a rejected append means that nothing may be done any more.
 * J2  `entries` is exactly what a reader of the file would see: masked, cleaned, in order.
 * J3  Evidence is durable before the line that names it.
 * J4  An append by a process that no longer holds the run is refused with `fenced`.
 * J5  Every line names the SHA-256 of the one before it.
 */
import type { EvidenceRef } from "../../action.ts";
import type { Entry, EntryBody } from "./entry.ts";

export interface Journal {
  readonly run: string;
  /** Grows by one with every take-over. */
  readonly epoch: number;
  readonly entries: readonly Entry[];
  /** SHA-256 (hex) of the last line; 64 zeros before the first. */
  readonly head: string;
  /** Lines of it came from elsewhere, and no process here has taken them up yet. Absent: no. */
  readonly isBrought?: boolean;
  /** Errors: `journal-write-failed`, `fenced`. After one, every later append is refused too. */
  append(body: EntryBody): Promise<Entry>;
  /**
   * Whether this process still holds the run, looked at anew. Errors: `fenced`; every later append is refused too. Any
   * other says that nobody can tell: then no effect may begin, and appends go on.
   */
  checkFence(): Promise<void>;
  /** Stores masked text durably under its SHA-256. */
  keep(name: string, content: string): Promise<EvidenceRef>;
  /** Reads evidence back; `journal-broken` if it is missing or changed. */
  recall(evidence: EvidenceRef): Promise<string>;
  /** Gives up the run for other processes. Idempotent. */
  close(): Promise<void>;
}

/** A journal whose lines can be copied elsewhere, byte by byte. */
export interface LinedJournal extends Journal {
  /** Every durable line, without its newline. */
  readonly lines: readonly string[];
}
