/** The bytes of a journal, and any part of them as text. */
import { constants, isAscii } from "node:buffer";
import { sha256 } from "./line.ts";

const NEWLINE = 10;

interface Part {
  readonly start: number;
  /** The first byte behind it. */
  readonly stop: number;
}

/** ASCII, as nearly every journal is, has a text of the same length: to cut and hash that takes half the time that bytes take. */
export class JournalText {
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

  /** Where the next newline is; the end where there is none. */
  newlineFrom(start: number): number {
    const found = this.#ascii?.indexOf("\n", start) ?? this.bytes.indexOf(NEWLINE, start);
    return found === -1 ? this.bytes.length : found;
  }
}
