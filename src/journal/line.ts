/** One journal line: its exact bytes are what the hash chain is about. */
import { hash } from "node:crypto";
import type { Entry } from "./entry.js";

/** A line with its newline. Larger values lie in evidence files. */
export const MAX_LINE_BYTES = 64 * 1024;

/** `prev` of the first line. */
export const NO_HASH = "0".repeat(64);

export function sha256(bytes: string | Uint8Array): string {
  return hash("sha256", bytes);
}

/**
 * The line without its newline. JSON escapes C0 controls; DEL, C1 controls, line separators and bidirectional
 * overrides are escaped too, so that the file can be shown on a terminal. Values are not changed by it.
 */
export function encodeLine(entry: Entry): string {
  return JSON.stringify(entry).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
