/** `events.jsonl`: what the screen showed, for `status` and `tail -f`. Never authority: not synced, and a failed write is let go. */
import { closeSync, constants, writeSync } from "node:fs";
import { join } from "node:path";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { openOwn } from "./own-file.ts";

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
