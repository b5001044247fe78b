/** One gpg with its pipes: a message in, its content out, the passphrase on 3, the status on 4. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { type RecoverError, refuse } from "../../../errors.ts";

/** Nothing in, nothing out, and it is not the message that is waited for: it hangs. Real milliseconds. */
const SILENCE_MS = 5 * 60_000;
/** The most of its words that are kept. Bytes. */
const LONGEST_WORDS = 64 * 1024;

export interface GpgEnd {
  /** Undefined if a signal ended it. */
  readonly code: number | undefined;
  readonly status: readonly string[];
  readonly said: string;
}

export class GpgProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | undefined>;
  readonly #status: Words;
  readonly #said: Words;
  #broken: unknown;
  #silence: NodeJS.Timeout | undefined;
  /** True while the reader works with the last piece; gpg may wait for that. */
  #held = false;

  constructor(
    child: ChildProcess,
    { message, passphrase }: { readonly message: AsyncIterable<Uint8Array>; readonly passphrase: string },
  ) {
    this.#child = child;
    this.#closed = this.#closing();
    const [input, , errors, secret, status] = child.stdio;
    this.#said = new Words(errors);
    this.#status = new Words(status);
    // A program that ends early closes its pipes; its exit code and its status tell why.
    for (const pipe of [input, secret]) pipe?.on("error", () => undefined);
    if (secret !== null && secret !== undefined) (secret as Writable).end(`${passphrase}\n`);
    void this.#feed(message, input);
  }

  /** Ends when the program ends, for every reason. */
  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    const output = this.#child.stdout;
    if (output === null) throw new Error("gpg gave no pipes");
    this.#listen();
    for await (const piece of output as AsyncIterable<Uint8Array>) {
      this.#rest();
      this.#held = true;
      yield piece;
      this.#held = false;
      this.#listen();
    }
  }

  /**
   * When all its pipes are closed. Throws what the message's source threw; `program-missing`, `key-unusable` if it
   * hung.
   */
  async ended(): Promise<GpgEnd> {
    const code = await this.#closed;
    this.#rest();
    if (this.#broken !== undefined) throw asError(this.#broken);
    return { code, status: this.#status.lines, said: this.#said.text };
  }

  /** At once, with all that it began. */
  end(): void {
    this.#rest();
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }

  async #closing(): Promise<number | undefined> {
    try {
      const [code] = (await once(this.#child, "close")) as [number | null];
      return code ?? undefined;
    } catch (error) {
      this.#broken ??= missing(error);
      return undefined;
    }
  }

  /** A source that fails ends it, so that its output so far is not taken for a message that is cut. */
  async #feed(message: AsyncIterable<Uint8Array>, input: unknown): Promise<void> {
    const pipe = input as Writable;
    const closed = once(pipe, "close").catch(() => undefined);
    try {
      for await (const piece of message) {
        this.#listen();
        if (pipe.destroyed) return;
        if (!pipe.write(piece)) await Promise.race([once(pipe, "drain").catch(() => undefined), closed]);
      }
      pipe.end();
    } catch (error) {
      this.#broken ??= error;
      this.end();
    }
  }

  #listen(): void {
    this.#rest();
    if (this.#held) return;
    this.#silence = setTimeout(() => {
      this.#broken ??= hangs();
      this.end();
    }, SILENCE_MS);
  }

  #rest(): void {
    clearTimeout(this.#silence);
  }
}

/** Collects the text of a pipe, up to a length. */
class Words {
  text = "";

  constructor(pipe: unknown) {
    (pipe as Readable | null)?.on("data", (bytes: Buffer) => {
      if (this.text.length < LONGEST_WORDS) this.text += bytes.toString("latin1");
    });
  }

  get lines(): readonly string[] {
    return this.text.split("\n");
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function missing(cause: unknown): RecoverError {
  return refuse("program-missing", 'the program "gpg" is not installed or cannot be run')
    .at("gpg")
    .advise("Install GnuPG (Debian: apt-get install gnupg) or put its directory into PATH, then try again.", cause);
}

function hangs(): RecoverError {
  return refuse("key-unusable", `gpg gave no answer within ${SILENCE_MS / 1000} s`)
    .at("gpg")
    .advise("Try it by hand with that key: gpg --decrypt.");
}
