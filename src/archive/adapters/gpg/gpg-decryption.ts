/** Opens messages of OpenPGP with the program gpg, one process for each, and no more than a few at a time. */
import { spawn } from "node:child_process";
import { type RecoverError, refuse } from "../../../errors.ts";
import { BrokenMessage, type Decryption } from "../../../ports/decryption.ts";
import { interrupted } from "../../../kit/spawn/spawn.ts";
import { GpgHome, type GpgPlace, lastWords, QUIET } from "./home.ts";
import { GpgProcess } from "./process.ts";
import { type Opening, openingOf } from "./status.ts";

export interface GpgSettings extends GpgPlace {
  /** File with the private key, as `gpg --export-secret-keys` writes it. */
  readonly key: string;
  /** Gives the passphrase of the key; asked once, when the first message is there. */
  readonly passphrase?: (() => Promise<string>) | undefined;
}

const AT_A_TIME = 4;

export class GpgDecryption implements Decryption {
  readonly #settings: GpgSettings;
  readonly #slots = new Slots(AT_A_TIME);
  #opened: Promise<{ readonly home: GpgHome; readonly passphrase: string }> | undefined;

  constructor(settings: GpgSettings) {
    this.#settings = settings;
  }

  async *clear(key: string, message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    this.#opened ??= this.#open();
    const { home, passphrase } = await this.#opened;
    const release = await this.#slots.take();
    try {
      yield* this.#through(key, { home, passphrase, message });
    } finally {
      release();
    }
  }

  /** Nothing is left of the key on this machine but the operator's own file. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await opened?.home.close();
  }

  async #open(): Promise<{ readonly home: GpgHome; readonly passphrase: string }> {
    const { key, passphrase } = this.#settings;
    const given = (await passphrase?.()) ?? "";
    return { home: await GpgHome.open(key, this.#settings), passphrase: given };
  }

  async *#through(
    key: string,
    { home, passphrase, message }: { home: GpgHome; passphrase: string; message: AsyncIterable<Uint8Array> },
  ): AsyncGenerator<Uint8Array, void, void> {
    const { signal } = this.#settings;
    if (signal.aborted) throw interrupted(CALL, "none");
    const child = spawn(CALL.program, [...CALL.args], {
      env: home.env,
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const gpg = new GpgProcess(child, { message, passphrase });
    const abort = (): void => gpg.end();
    signal.addEventListener("abort", abort, { once: true });
    try {
      yield* gpg.pieces();
      const { code, status, said } = await gpg.ended();
      if (isAborted(signal)) throw interrupted(CALL, "none");
      const problem = this.#problem(key, openingOf(code, status), said);
      if (problem !== undefined) throw problem;
    } catch (error) {
      throw isAborted(signal) ? interrupted(CALL, "none") : error;
    } finally {
      signal.removeEventListener("abort", abort);
      gpg.end();
    }
  }

  #problem(object: string, found: Opening, said: string): Error | undefined {
    const { key } = this.#settings;
    switch (found.opening) {
      case "whole":
        return undefined;
      case "damaged":
        return new BrokenMessage(found.why);
      case "other-key":
        return otherKey(object, key, found.keys);
      case "locked":
        return locked(key, found.passphrase);
      case "unprotected":
        return unusable(`"${object}" is encrypted without a sum of its content (MDC), and gpg does not open it`, {
          remedy:
            "It was made by a very old gpg, or was changed: nobody can tell. Open a copy of it by hand with gpg --ignore-mdc-error.",
          place: object,
        });
      case "not-told":
        return unusable(`gpg did not open "${object}": ${lastWords(said)}`, {
          remedy: "Try it by hand with that object and that key: gpg --decrypt.",
          place: object,
        });
    }
  }
}

/** Asks the signal again: TypeScript remembers the earlier answer, which may be out of date. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

const CALL = {
  program: "gpg",
  args: [
    ...QUIET,
    ...["--pinentry-mode", "loopback", "--passphrase-fd", "3", "--status-fd", "4", "--output", "-", "--decrypt"],
  ],
} as const;

function otherKey(object: string, key: string, ids: readonly string[]): RecoverError {
  const what = ids.length === 0 ? "by a passphrase, and to no key" : `to the key ${ids.join(", ")}`;
  return unusable(`"${object}" is encrypted ${what}, and "${key}" does not open it`, {
    remedy:
      ids.length === 0
        ? "WAL-E does not write this: look at who did."
        : "Give the file with that private key; gpg --list-secret-keys --with-subkey-fingerprint tells where it is.",
    place: object,
  });
}

function locked(key: string, passphrase: "missing" | "wrong"): RecoverError {
  const what = passphrase === "wrong" ? "the passphrase that was given does not fit" : "no passphrase was given";
  return unusable(`the private key in "${key}" is locked by a passphrase, and ${what}`, {
    remedy:
      "Name where it is to be had as gpg.passphrase in the configuration: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.",
    place: key,
  });
}

function unusable(
  message: string,
  { remedy, place }: { readonly remedy: string; readonly place: string },
): RecoverError {
  return refuse("key-unusable", message).at(place).advise(remedy);
}

/** Lets a few go on at a time, in the order in which they came. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Returns the function that has to be called at the end, once. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}
