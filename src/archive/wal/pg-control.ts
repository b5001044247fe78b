/** `global/pg_control` of every release begins with the system identifier, the lowest byte first (wal-archives.md §7). */
import { parseSysid } from "../names/sysid.ts";

export const CONTROL_FILE = "global/pg_control";
export const IDENTIFIER_BYTES = 8;

export function controlSysid(control: Uint8Array): string | undefined {
  if (control.length < IDENTIFIER_BYTES) return undefined;
  return parseSysid(Buffer.from(control.subarray(0, IDENTIFIER_BYTES)).readBigUInt64LE(0).toString());
}
