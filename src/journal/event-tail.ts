/** Reads `events.jsonl` while another process writes it: whole lines only, each once. */
import { closeSync, constants, readSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./durable.js";
import { openOwn } from "./own-file.js";

const CHUNK = 64 * 1024;

export class EventTail {
  readonly #path: string;
  #offset = 0;
  /** Bytes of a line that is not whole yet. */
  #rest = Buffer.alloc(0);

  /** `directory` is STATE_DIR/runs/RUN. */
  constructor(directory: string) {
    this.#path = join(directory, "events.jsonl");
  }

  /** What was written since the last call; a line that is no JSON is left out. */
  read(): readonly unknown[] {
    const text = Buffer.concat([this.#rest, ...this.#chunks()]);
    const end = text.lastIndexOf(0x0a) + 1;
    this.#rest = text.subarray(end);
    return text.toString("utf8", 0, end).split("\n").flatMap(parsed);
  }

  #chunks(): readonly Buffer[] {
    let file: number;
    try {
      file = openOwn(this.#path, constants.O_RDONLY);
    } catch (thrown) {
      // Events are shown, never authority: a run without any is followed all the same.
      if (errnoOf(thrown) === "ENOENT") return [];
      throw thrown;
    }
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(CHUNK);
        const length = readSync(file, chunk, 0, CHUNK, this.#offset);
        if (length === 0) return chunks;
        this.#offset += length;
        chunks.push(chunk.subarray(0, length));
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
