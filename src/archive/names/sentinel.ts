/**
 * The `_backup_stop_sentinel.json` of a base backup: written last, plain JSON, and all that WAL-E looks at when it
 * lists backups (wal-archives.md §1). It names neither the number of parts nor the system.
 */
import { isFields, jsonOf } from "../../kit/json.ts";
import { firstByte } from "./lsn.ts";
import { parseSegment, SEGMENT_BYTES, type Segment, segmentBytesOf } from "./segment.ts";

export interface Sentinel {
  readonly stop: Segment;
  /** Undefined if it does not say at which byte of the segment. */
  readonly stopLsn: bigint | undefined;
  /** Sum of the sizes of all members of all tar parts; 0 if it is not said, as by old versions of WAL-E. */
  readonly expandedBytes: number;
  readonly tablespaces: number;
}

export type ParsedSentinel =
  | { readonly ok: true; readonly sentinel: Sentinel }
  | { readonly ok: false; readonly format: "wal-g" | "broken"; readonly why: string };

/** `bytes`: of a segment. */
export function parseSentinel(text: string, bytes = SEGMENT_BYTES): ParsedSentinel {
  const value = jsonOf(text);
  if (value === undefined) return broken("is not whole JSON");
  if (!isFields(value)) return broken("is not a JSON object");
  if ("LSN" in value || "FinishLSN" in value) {
    return { ok: false, format: "wal-g", why: "was written by WAL-G" };
  }
  const stopText = value["wal_segment_backup_stop"];
  const stop = typeof stopText === "string" ? parseSegment(stopText, bytes) : undefined;
  if (stop === undefined) return broken('has no valid "wal_segment_backup_stop"');
  const told = value["expanded_size_bytes"];
  const expandedBytes = told === undefined || told === null ? 0 : wholeNumber(told);
  if (expandedBytes === undefined) return broken('has no valid "expanded_size_bytes"');
  const stopLsn = lsnIn(stop, value["wal_segment_offset_backup_stop"]);
  return { ok: true, sentinel: { stop, stopLsn, expandedBytes, tablespaces: countTablespaces(value["spec"]) } };
}

/** The offset is decimal, with leading zeros (wal-archives.md §1). */
function lsnIn(stop: Segment, offset: unknown): bigint | undefined {
  if (typeof offset !== "string" || !/^[0-9]{1,10}$/.test(offset)) return undefined;
  return Number(offset) > segmentBytesOf(stop.number) ? undefined : firstByte(stop) + BigInt(offset);
}

function countTablespaces(spec: unknown): number {
  if (!isFields(spec)) return 0;
  const names = spec["tablespaces"];
  return Array.isArray(names) ? names.length : 0;
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function broken(why: string): ParsedSentinel {
  return { ok: false, format: "broken", why };
}
