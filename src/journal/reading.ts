/**
 * Reads and checks the bytes of a journal. Pure.
 *
 * A torn tail (the process or the machine died in a write) is no break: it is the last line, without its newline, or
 * not whole JSON in a file that still has its padding (padded-file.ts). Everything else that does not fit is
 * `journal-broken`, named by its line.
 */
import { RecoverError } from "../errors.js";
import type { Entry } from "./entry.js";
import { shapeEntry } from "./entry-shape.js";
import { NO_HASH, sha256 } from "./line.js";

const NEWLINE = 10;

export interface JournalReading {
  readonly entries: readonly Entry[];
  /** Hash of every line, in order. */
  readonly hashes: readonly string[];
  readonly head: string;
  /** Bytes of the whole lines. */
  readonly content: Uint8Array;
  /** What lies behind them; empty in a sound journal. */
  readonly torn: Uint8Array;
}

interface Line {
  readonly bytes: Uint8Array;
  readonly end: number;
}

/** Errors: `journal-broken` with the first bad line, `journal-version`. `file` is named in them. */
export function readJournal(bytes: Uint8Array, file: string): JournalReading {
  const trimmed = withoutPadding(bytes);
  const lines = splitLines(trimmed);
  const last = lines.at(-1);
  const whole = last !== undefined && isTorn(bytes, trimmed, last) ? lines.slice(0, -1) : lines;
  const contentEnd = whole.at(-1)?.end ?? 0;
  const entries: Entry[] = [];
  const hashes: string[] = [];
  for (const [index, line] of whole.entries()) {
    const entry = readLine(line.bytes, { file, number: index + 1, prev: hashes.at(-1) ?? NO_HASH });
    if (entry.seq !== index + 1) throw broken(file, index + 1, `has the number ${entry.seq}`);
    entries.push(entry);
    hashes.push(sha256(line.bytes));
  }
  return {
    entries,
    hashes,
    head: hashes.at(-1) ?? NO_HASH,
    content: withNewline(trimmed.subarray(0, contentEnd)),
    torn: trimmed.subarray(contentEnd),
  };
}

/** Up to and with the newline of the last line that is not empty. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === NEWLINE) end -= 1;
  return bytes.subarray(0, end === 0 ? 0 : Math.min(end + 1, bytes.length));
}

function splitLines(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const stop = newline === -1 ? bytes.length : newline;
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push({ bytes: bytes.subarray(start, stop), end });
    start = end;
  }
  return trailingFragments(lines);
}

/** Padding inside a torn line (its pages reached the disk out of order) leaves empty lines: one torn line all the same. */
function trailingFragments(lines: Line[]): Line[] {
  const empty = lines.findIndex((line) => line.bytes.length === 0);
  const last = lines.at(-1);
  if (empty === -1 || last === undefined || lines.slice(empty).some((line) => isJson(line.bytes))) return lines;
  const before = empty > 0 && !isJson(lines[empty - 1]?.bytes ?? new Uint8Array()) ? empty - 1 : empty;
  return [...lines.slice(0, before), { bytes: last.bytes, end: last.end }];
}

function isTorn(bytes: Uint8Array, trimmed: Uint8Array, last: Line): boolean {
  const unterminated = trimmed.at(-1) !== NEWLINE;
  const padded = bytes.length > trimmed.length;
  return (unterminated || padded) && !isJson(last.bytes);
}

function isJson(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  try {
    JSON.parse(Buffer.from(bytes).toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

function withNewline(content: Uint8Array): Uint8Array {
  return content.length === 0 || content.at(-1) === NEWLINE ? content : Buffer.concat([content, Buffer.from("\n")]);
}

function readLine(bytes: Uint8Array, at: { file: string; number: number; prev: string }): Entry {
  const { file, number, prev } = at;
  if (!isJson(bytes)) throw broken(file, number, "is not JSON");
  const shaped = shapeEntry(JSON.parse(Buffer.from(bytes).toString("utf8")));
  if (!shaped.ok && shaped.newer) {
    throw new RecoverError("journal-version", `line ${number} of the journal ${shaped.why}`, {
      remedy: "Use the release of dingo-recover that wrote it, or a later one.",
      place: `${file}:${number}`,
    });
  }
  if (!shaped.ok) throw broken(file, number, shaped.why);
  if (shaped.entry.prev !== prev) throw broken(file, number, "does not name the hash of the line before it");
  return shaped.entry;
}

export function broken(file: string, line: number, why: string): RecoverError {
  return new RecoverError("journal-broken", `line ${line} of the journal ${why}`, {
    remedy: "Put the file back from a copy or from the mirror; nothing was changed, here or in any system.",
    place: `${file}:${line}`,
    effect: "none",
  });
}
