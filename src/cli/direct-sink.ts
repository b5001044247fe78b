/**
 * Standard output and error of a command that prints little and at once: written to where they are files or pipes.
 * Node's own streams take longer to load than a small log takes to search; they serve terminals, and pipes that take no
 * more for now.
 */
import { fstatSync, writeSync } from "node:fs";
import type { Sink } from "../ui/output.js";
import { readerGone, watchReader } from "./manners.js";

export class DirectSink implements Sink {
  readonly #descriptor: 1 | 2;
  #own: NodeJS.WriteStream | undefined;

  constructor(descriptor: 1 | 2) {
    this.#descriptor = descriptor;
  }

  /** Whatever was written has arrived: no stream of Node's was needed. */
  get isDirect(): boolean {
    return this.#own === undefined;
  }

  get isTTY(): boolean {
    return this.#terminal()?.isTTY === true;
  }

  get columns(): number {
    return this.#terminal()?.columns ?? 0;
  }

  get rows(): number {
    return this.#terminal()?.rows ?? 0;
  }

  write(text: string): void {
    const own = this.#own ?? this.#terminal();
    if (own === undefined) this.#put(Buffer.from(text));
    else own.write(text);
  }

  #terminal(): NodeJS.WriteStream | undefined {
    return isDevice(this.#descriptor) ? this.#stream() : undefined;
  }

  #put(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (thrown) {
        this.#failed(thrown, bytes.subarray(at));
        return;
      }
    }
  }

  /** Nobody waits for what goes to stderr. */
  #failed(thrown: unknown, rest: Buffer): void {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
    if (code === "EAGAIN") this.#stream().write(rest);
    else if (code === "EPIPE" && this.#descriptor === 1) readerGone();
    else if (this.#descriptor === 1) throw thrown;
  }

  #stream(): NodeJS.WriteStream {
    if (this.#own !== undefined) return this.#own;
    watchReader([]);
    this.#own = this.#descriptor === 1 ? process.stdout : process.stderr;
    return this.#own;
  }
}

/** A terminal is one; what is closed is left to Node. */
function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}
