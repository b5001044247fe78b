/**
 * Reads a journal line by line and holds one at a time: for a file that is too large to be read whole. It judges the
 * chain and a torn tail as `readJournal` judges the same bytes (reading.ts).
 */
import { closeSync, constants, readSync } from "node:fs";
import type { Entry } from "./entry.ts";
import { NO_HASH, sha256 } from "./line.ts";
import { openOwn } from "./own-file.ts";
import { broken, isJson, LONGEST_LINE, readLine, tooLong } from "./reading.ts";

const NEWLINE = 10;
const CHUNK = 1024 * 1024;

export interface JournalScan {
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

  /** One line, with padding inside it where its pages reached the disk out of order. */
  #takeTorn(): void {
    if (this.#torn > 0 && !this.#sawEmpty) throw this.#notJson();
    this.#torn = this.#behind;
    if (this.#torn > LONGEST_LINE) throw tooLong(this.#file, this.#lines + 1);
  }

  #notJson(): Error {
    return broken(this.#file, this.#lines + 1, "is not JSON");
  }
}
