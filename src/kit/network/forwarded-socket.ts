/**
 * A stream through the gateway that behaves as a socket where HTTP clients rely on it: idle time-outs, keep-alive and
 * reference counts. Without working time-outs a client would wait for ever behind a dead hop.
 */
import { Duplex } from "node:stream";

export class ForwardedSocket extends Duplex {
  readonly #stream: Duplex;
  #idleMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => {
      this.#active();
      if (!this.push(chunk)) stream.pause();
    });
    stream.on("end", () => this.push(null));
    stream.on("error", (error) => this.destroy(error));
    stream.on("close", () => this.destroy());
  }

  /** As `net.Socket.setTimeout`: emits "timeout" after so many milliseconds of silence; 0 turns it off. */
  setTimeout(ms: number, callback?: () => void): this {
    this.#idleMs = ms;
    if (callback !== undefined) {
      if (ms > 0) this.once("timeout", callback);
      else this.off("timeout", callback);
    }
    this.#active();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#active();
    this.#stream.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#stream.destroy();
    done(error);
  }

  #active(): void {
    clearTimeout(this.#timer);
    if (this.#idleMs <= 0 || this.destroyed) return;
    this.#timer = setTimeout(() => this.emit("timeout"), this.#idleMs);
    this.#timer.unref();
  }
}
