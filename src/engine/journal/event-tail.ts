/** Reads `events.jsonl` while another process writes it: whole lines only, each once. */
import { closeSync, constants, readSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./durable.ts";
import { openOwn } from "./own-file.ts";

const CHUNK = 64 * 1024;
/** Bytes of an event. */
const LONGEST = 4 * 1024 * 1024;

export class EventTail {
  readonly #path: string;
  #offset = 0;
  /** Bytes of a line that is not whole yet. */
  #rest = Buffer.alloc(0);

  /** `directory` is STATE_DIR/runs/RUN. */
  constructor(directory: string) {
    this.#path = join(directory, "events.jsonl");
  }

  /** The events since the last call; a line that is no JSON, or too long, is left out. */
  read(): readonly unknown[] {
    const events: unknown[] = [];
    for (const chunk of this.#chunks()) {
      const text = Buffer.concat([this.#rest, chunk]);
      const end = text.lastIndexOf(0x0a) + 1;
      const rest = text.subarray(end);
      // The rest of a line that is too long is no JSON.
      this.#rest = rest.length > LONGEST ? Buffer.from("…") : rest;
      for (const line of text.toString("utf8", 0, end).split("\n")) events.push(...parsed(line));
    }
    return events;
  }

  *#chunks(): Generator<Buffer, void, undefined> {
    let file: number;
    try {
      file = openOwn(this.#path, constants.O_RDONLY);
    } catch (thrown) {
      // Events are shown, never authority: a run without any is followed all the same.
      if (errnoOf(thrown) === "ENOENT") return;
      throw thrown;
    }
    try {
      for (;;) {
        const chunk = Buffer.alloc(CHUNK);
        const length = readSync(file, chunk, 0, CHUNK, this.#offset);
        if (length === 0) return;
        this.#offset += length;
        yield chunk.subarray(0, length);
      }
    } finally {
      closeSync(file);
    }
  }
}

function parsed(line: string): readonly unknown[] {
  try {
    return [JSON.parse(line) as unknown];
  } catch {
    return [];
  }
}
