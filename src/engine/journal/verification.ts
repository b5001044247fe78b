/** `journal verify`: is this journal whole, and is it the one whose head hash was written down? */
import { closeSync, constants, existsSync, readSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceRef } from "../../action.ts";
import { RecoverError, refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import { Secrets } from "../../kit/secrets/secrets.ts";
import { inStateDirectory } from "./durable.ts";
import type { Entry } from "./entry.ts";
import { EvidenceStore, referencesIn } from "./evidence.ts";
import { JOURNAL_FILE } from "./file-journal.ts";
import { broken, isJson, LONGEST_LINE, readLine, tooLong } from "./reading.ts";
import { unspill } from "./spill.ts";
import { NO_HASH, sha256 } from "./line.ts";
import { openOwn } from "./own-file.ts";

interface JournalVerification {
  readonly file: string;
  readonly ok: boolean;
  readonly lines: number;
  readonly head: string;
  /** Bytes of a torn last line: no break, it is moved aside by the next resume. */
  readonly tornBytes: number;
  /** The line whose hash is the given head: the last line, if none was written since. */
  readonly headLine?: number;
  /** The defect, with the place `FILE:LINE`. */
  readonly error?: RecoverError;
}

/** `directory` is STATE_DIR/runs/RUN. Throws only what is not about the journal's content. */
export function verifyJournal(directory: string, head?: string): JournalVerification {
  const file = join(directory, JOURNAL_FILE);
  const none = { file, ok: false, lines: 0, head: "", tornBytes: 0 };
  if (!existsSync(file))
    return {
      ...none,
      error: refuse("journal-broken", "the journal is missing")
        .at(file)
        .advise("Put the file back from a copy or from the mirror."),
    };
  try {
    const { headLine, ...scanned } = readThrough(directory, head?.toLowerCase());
    const found = { file, ...scanned };
    if (head === undefined) return { ...found, ok: true };
    if (headLine !== undefined) return { ...found, ok: true, headLine };
    return {
      ...found,
      ok: false,
      error: refuse("journal-broken", "no line of the journal has the given head hash: its tail was cut or changed")
        .at(`${file}:${found.lines}`)
        .advise(
          "Put the file back from a copy or from the mirror, and compare the head hash with the one in the report.",
        ),
    };
  } catch (thrown) {
    if (thrown instanceof RecoverError && thrown.code.startsWith("journal-")) return { ...none, error: thrown };
    throw thrown;
  }
}

/** Line by line: a file of any size can be looked through. */
function readThrough(directory: string, head: string | undefined): JournalScan & { readonly headLine?: number } {
  const file = join(directory, JOURNAL_FILE);
  const evidence = new EvidenceStore(directory, new Secrets());
  let headLine: number | undefined;
  const scan = inStateDirectory(file, () =>
    scanJournal(file, (entry, hash) => {
      checkEvidence(evidence, entry, file);
      if (hash === head) headLine ??= entry.seq;
    }),
  );
  return { ...scan, ...optional("headLine", headLine) };
}

/** Of a journal that was read, and whose chain holds therefore: is all evidence that it names there, ours, and as it was? */
export function evidenceHolds(directory: string, named: readonly EvidenceRef[]): boolean {
  const evidence = new EvidenceStore(directory, new Secrets());
  try {
    for (const reference of named) evidence.recall(reference);
    return true;
  } catch (thrown) {
    if (thrown instanceof RecoverError) return false;
    throw thrown;
  }
}

/** Every evidence file that the line names is there and is what was stored. Throws `journal-broken` with the line. */
function checkEvidence(evidence: EvidenceStore, entry: Entry, file: string): void {
  try {
    const whole = unspill(entry, (reference) => evidence.recall(reference));
    for (const reference of referencesIn(whole)) evidence.recall(reference);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    throw broken(file, entry.seq, `names evidence that does not hold: ${thrown.message}`);
  }
}

/**
 * Reads a journal line by line and holds one at a time: for a file that is too large to be read whole. It judges the
 * chain and a torn tail as `readJournal` judges the same bytes (reading.ts).
 */
const NEWLINE = 10;
const CHUNK = 1024 * 1024;

interface JournalScan {
  readonly lines: number;
  readonly head: string;
  readonly tornBytes: number;
}

/** `look` gets every entry with the hash of its line. Errors: as `readJournal`; those of the file system. */
export function scanJournal(file: string, look: (entry: Entry, hash: string) => void): JournalScan {
  const scan = new Scan(file, look);
  for (const line of linesOf(file)) scan.take(line);
  return scan.end();
}

interface FileLine {
  /** Without its newline. */
  readonly bytes: Buffer;
  readonly hasNewline: boolean;
}

/** The rest of a line that is too long for any is not read. */
function* linesOf(file: string): Generator<FileLine, void, undefined> {
  const descriptor = openOwn(file, constants.O_RDONLY);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let rest: Buffer = Buffer.alloc(0);
    for (let length = 1; length > 0 && rest.length <= LONGEST_LINE; ) {
      length = readSync(descriptor, chunk, 0, CHUNK, null);
      const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let stop = bytes.indexOf(NEWLINE); stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
        yield { bytes: bytes.subarray(start, stop), hasNewline: true };
        start = stop + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield { bytes: rest, hasNewline: false };
  } finally {
    closeSync(descriptor);
  }
}

class Scan {
  readonly #file: string;
  readonly #look: (entry: Entry, hash: string) => void;
  #lines = 0;
  #head = NO_HASH;
  /** Bytes behind the last whole line; those up to and with the last line that is not empty. */
  #behind = 0;
  #torn = 0;
  /** Empty lines since the last one that is not. */
  #empty = 0;
  #sawEmpty = false;
  #lastHasNewline = true;

  constructor(file: string, look: (entry: Entry, hash: string) => void) {
    this.#file = file;
    this.#look = look;
  }

  take({ bytes, hasNewline }: FileLine): void {
    if (bytes.length > LONGEST_LINE) throw tooLong(this.#file, this.#lines + 1);
    this.#behind += bytes.length + Number(hasNewline);
    if (bytes.length === 0) {
      this.#empty += 1;
      this.#sawEmpty = true;
      return;
    }
    const text = bytes.toString("utf8");
    if (isJson(text)) this.#takeEntry(text, bytes);
    else this.#takeTorn();
    this.#empty = 0;
    this.#lastHasNewline = hasNewline;
  }

  end(): JournalScan {
    const isCut = !this.#lastHasNewline || this.#empty > 0;
    if (this.#torn > 0 && !isCut) throw this.#notJson();
    return { lines: this.#lines, head: this.#head, tornBytes: this.#torn };
  }

  #takeEntry(text: string, bytes: Buffer): void {
    if (this.#torn > 0 || this.#sawEmpty) throw this.#notJson();
    const number = this.#lines + 1;
    const entry = readLine(text, { file: this.#file, number, prev: this.#head });
    this.#head = sha256(bytes);
    this.#lines = number;
    this.#behind = 0;
    this.#look(entry, this.#head);
  }

  /** One line, with padding inside it if its pages reached the disk out of order. */
  #takeTorn(): void {
    if (this.#torn > 0 && !this.#sawEmpty) throw this.#notJson();
    this.#torn = this.#behind;
    if (this.#torn > LONGEST_LINE) throw tooLong(this.#file, this.#lines + 1);
  }

  #notJson(): Error {
    return broken(this.#file, this.#lines + 1, "is not JSON");
  }
}
