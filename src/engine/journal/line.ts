/** One journal line: its exact bytes are what the hash chain is about. */
import { hash } from "node:crypto";
import type { Entry, EntryHeader } from "./entry.ts";

/** A line with its newline. Larger values lie in evidence files. */
export const MAX_LINE_BYTES = 64 * 1024;

/** `prev` of the first line. */
export const NO_HASH = "0".repeat(64);

export function sha256(bytes: string | Uint8Array): string {
  return hash("sha256", bytes);
}

const PLAIN = /^[\x20-\x7e]*$/;

/** The line without its newline; see `terminalSafe`. */
export function encodeLine(entry: Entry): string {
  return terminalSafe(JSON.stringify(entry));
}

/** As `encodeLine` of both together; `body` is the JSON of an object with at least one field. */
export function joinLine(header: EntryHeader, body: string): string {
  return terminalSafe(`${JSON.stringify(header).slice(0, -1)},${body.slice(1)}`);
}

/**
 * JSON escapes C0 controls; DEL, C1 controls, line separators and bidirectional overrides are escaped too, so that the
 * file can be shown on a terminal. Values are not changed by it.
 */
function terminalSafe(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
