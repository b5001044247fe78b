/**
 * Reads and checks the bytes of a journal. Pure.
 *
 * A torn tail is no break: the process or the machine died in a write. It is the last line, without its newline, or
 * not whole JSON in a file that still has its padding (padded-file.ts). Everything else that does not fit is
 * `journal-broken`, named by its line.
 */
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import { jsonOf } from "../../kit/json.ts";
import type { Entry } from "./entry.ts";
import { isTooDeep, shapeEntry } from "./entry-shape.ts";
import { NO_HASH, sha256 } from "./line.ts";
import { constants, isAscii } from "node:buffer";

const NEWLINE = 10;
/** Bytes of a line, or of a torn tail: far more than is written of one (line.ts), or than its padding adds. */
export const LONGEST_LINE = 1024 * 1024;
/** A shorter line has too few levels to matter; nearly every line is one. */
const SURELY_FLAT = 4096;

export interface JournalReading {
  readonly entries: readonly Entry[];
  /** Hash of every line, in order. */
  readonly hashes: readonly string[];
  readonly head: string;
  /** Bytes of the whole lines. */
  readonly content: Uint8Array;
  /** The bytes behind them; empty in a sound journal. */
  readonly torn: Uint8Array;
}

/** Where it lies, without its newline. */
interface Line {
  readonly start: number;
  readonly stop: number;
}

/** Errors: `journal-broken` with the first bad line, `journal-version`. `file` is named in them. */
export function readJournal(bytes: Uint8Array, file: string): JournalReading {
  const text = new JournalText(withoutPadding(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)));
  const lines = splitLines(text);
  const long = lines.findIndex(({ start, stop }) => stop - start > LONGEST_LINE);
  if (long !== -1) throw tooLong(file, long + 1);
  const last = lines.at(-1);
  const whole = last !== undefined && isTorn(bytes, text, last) ? lines.slice(0, -1) : lines;
  const entries: Entry[] = [];
  let head = NO_HASH;
  for (const line of whole) {
    const number = entries.length + 1;
    const entry = readLine(text.of(line), { file, number, prev: head });
    entries.push(entry);
    head = text.sha256Of(line);
  }
  const contentEnd = Math.min((whole.at(-1)?.stop ?? -1) + 1, text.bytes.length);
  if (text.bytes.length - contentEnd > LONGEST_LINE) throw tooLong(file, entries.length + 1);
  return {
    entries,
    // Each line names that of the line before it, as was checked.
    hashes: entries.length === 0 ? [] : [...entries.slice(1).map(({ prev }) => prev), head],
    head,
    content: withNewline(text.bytes.subarray(0, contentEnd)),
    torn: text.bytes.subarray(contentEnd),
  };
}

/** Up to and with the newline of the last line that is not empty. */
function withoutPadding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === NEWLINE) end -= 1;
  return bytes.subarray(0, end === 0 ? 0 : Math.min(end + 1, bytes.length));
}

function splitLines(text: JournalText): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.bytes.length; ) {
    const stop = text.newlineFrom(start);
    lines.push({ start, stop });
    start = stop + 1;
  }
  return trailingFragments(lines, text);
}

/** Padding inside a torn line (its pages reached the disk out of order) leaves empty lines: one torn line all the same. */
function trailingFragments(lines: Line[], text: JournalText): Line[] {
  const empty = lines.findIndex(({ start, stop }) => start === stop);
  const last = lines.at(-1);
  if (empty === -1 || last === undefined || lines.slice(empty).some((line) => isJson(text.of(line)))) return lines;
  const before = lines[empty - 1];
  return [...lines.slice(0, before !== undefined && !isJson(text.of(before)) ? empty - 1 : empty), last];
}

function isTorn(bytes: Uint8Array, text: JournalText, last: Line): boolean {
  const unterminated = text.bytes.at(-1) !== NEWLINE;
  const padded = bytes.length > text.bytes.length;
  return (unterminated || padded) && !isJson(text.of(last));
}

export const isJson = (line: string): boolean => jsonOf(line) !== undefined;

function withNewline(content: Uint8Array): Uint8Array {
  return content.length === 0 || content.at(-1) === NEWLINE ? content : Buffer.concat([content, Buffer.from("\n")]);
}

/** The line of that number, behind the one with the hash `prev`. Errors: as `readJournal`. */
export function readLine(line: string, at: { file: string; number: number; prev: string }): Entry {
  const { file, number, prev } = at;
  const value = jsonOf(line);
  if (value === undefined) throw broken(file, number, "is not JSON");
  if (line.length > SURELY_FLAT && isTooDeep(value)) throw broken(file, number, "is nested too deeply");
  const shaped = shapeEntry(value);
  if (!shaped.ok && shaped.newer) {
    throw giveUp("journal-version", `line ${number} of the journal ${shaped.why}`)
      .at(`${file}:${number}`)
      .advise("Use the release of dingo-recover that wrote it, or a later one.");
  }
  if (!shaped.ok) throw broken(file, number, shaped.why);
  if (shaped.entry.prev !== prev) throw broken(file, number, "does not name the hash of the line before it");
  if (shaped.entry.seq !== number) throw broken(file, number, `has the number ${shaped.entry.seq}`);
  return shaped.entry;
}

export const tooLong = (file: string, line: number): RecoverError =>
  broken(file, line, `has more than ${LONGEST_LINE} bytes, which no line has`);

export function broken(file: string, line: number, why: string): RecoverError {
  return refuse("journal-broken", `line ${line} of the journal ${why}`)
    .at(`${file}:${line}`)
    .advise("Put the file back from a copy or from the mirror; nothing was changed, here or in any system.");
}

interface Part {
  readonly start: number;
  /** The first byte behind it. */
  readonly stop: number;
}

/** The bytes of a journal, and any part of them as text. ASCII, as nearly every journal is, has a text of the same length: to cut and hash that takes half the time that bytes take. */
class JournalText {
  readonly bytes: Buffer;
  readonly #ascii: string | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    if (bytes.length <= constants.MAX_STRING_LENGTH && isAscii(bytes)) this.#ascii = bytes.toString("latin1");
  }

  of({ start, stop }: Part): string {
    return this.#ascii?.slice(start, stop) ?? this.bytes.toString("utf8", start, stop);
  }

  sha256Of({ start, stop }: Part): string {
    return sha256(this.#ascii?.slice(start, stop) ?? this.bytes.subarray(start, stop));
  }

  /** Where the next newline is; the end if there is none. */
  newlineFrom(start: number): number {
    const found = this.#ascii?.indexOf("\n", start) ?? this.bytes.indexOf(NEWLINE, start);
    return found === -1 ? this.bytes.length : found;
  }
}
