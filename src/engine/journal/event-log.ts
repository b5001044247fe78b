/** `events.jsonl`: what the screen showed, for `status` and `tail -f`. Never authority: not synced, and a failed write is let go. */
import { closeSync, constants, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { jsonOf } from "../../kit/json.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { openOwn } from "./own-file.ts";
import { errnoOf } from "./durable.ts";

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

export class EventLog {
  readonly #path: string;
  readonly #secrets: Secrets;
  #broken = false;

  /** `directory` is STATE_DIR/runs/RUN. */
  constructor(directory: string, secrets: Secrets) {
    this.#path = join(directory, "events.jsonl");
    this.#secrets = secrets;
  }

  write(event: object): void {
    if (this.#broken) return;
    try {
      const line = JSON.stringify(this.#secrets.maskJson(event));
      const file = openOwn(this.#path, APPEND);
      try {
        writeSync(file, `${line}\n`);
      } finally {
        closeSync(file);
      }
    } catch {
      // The journal tells the operator about a full disk; the log of events must not stop a recovery.
      this.#broken = true;
    }
  }
}

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
  const value = jsonOf(line);
  return value === undefined ? [] : [value];
}
