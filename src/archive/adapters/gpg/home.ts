/**
 * A GNUPGHOME of our own, with the one private key that the operator named: nothing of the operator's own is read or changed.
 * It holds the key, so it is this user's alone, and is removed at the end; after a kill by the next process.
 */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type RecoverError, refuse } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { OwnHomes } from "../../../kit/spawn/own-homes.ts";
import { runProgram } from "../../../kit/spawn/spawn.ts";
import { privateKeysRead } from "./status.ts";

const HOMES = new OwnHomes("gpg", "GNUPGHOME");
/** A key with all its signatures has some kilobytes. */
const LARGEST_KEY = 4 * 1024 * 1024;
/** The agent's sockets lie in it, and the path of one has 107 bytes at most (unix(7)). */
const LONGEST_PATH = 107 - "/S.gpg-agent.browser".length;

export interface GpgPlace {
  /** The directory in which the home is made. */
  readonly parent: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

export class GpgHome {
  readonly path: string;
  readonly #place: GpgPlace;

  private constructor(path: string, place: GpgPlace) {
    this.path = path;
    this.#place = place;
  }

  /** Errors: `key-unusable`, `program-missing`. */
  static async open(key: string, place: GpgPlace): Promise<GpgHome> {
    await requireKeyFile(key);
    const home = new GpgHome(await HOMES.newPath(place.parent, LONGEST_PATH), place);
    await mkdir(home.path, { mode: 0o700 }).catch((error: unknown) => {
      throw noPlace(dirname(home.path), error);
    });
    try {
      await home.#import(key);
      return home;
    } catch (error) {
      await home.close();
      throw error;
    }
  }

  get env(): Readonly<Record<string, string>> {
    return { PATH: this.#place.path, HOME: this.path, GNUPGHOME: this.path, LANG: "C" };
  }

  /** Ends its agent and every other program that still uses the home, and removes it. */
  async close(): Promise<void> {
    // The agent's sockets may lie in a directory of the system's.
    await this.#run("gpgconf", ["--kill", "all"]).catch(() => undefined);
    await this.#run("gpgconf", ["--remove-socketdir"]).catch(() => undefined);
    await HOMES.remove(this.path);
  }

  async #import(key: string): Promise<void> {
    const { code, stdout, stderr } = await this.#run("gpg", [...QUIET, "--status-fd", "1", "--import", "--", key]);
    if (privateKeysRead(stdout.split("\n")) > 0) return;
    const said = code === 0 ? "" : `; gpg says: ${lastWords(stderr)}`;
    throw keyFile(key, `holds no private key of OpenPGP${said}`);
  }

  /** After an abort too: the left-overs have to go. */
  #run(program: string, args: readonly string[]) {
    const { signal } = this.#place;
    const ends = program === "gpgconf";
    return runProgram({ program, args, env: this.env, ...(ends ? {} : { signal }) });
  }
}

/** Nobody is asked, nothing of a configuration or of the network is used. */
export const QUIET: readonly string[] = [
  "--batch",
  "--no-tty",
  "--no-options",
  "--no-auto-check-trustdb",
  "--no-auto-key-retrieve",
  "--disable-dirmngr",
];

/** The last line that a program said, cut to a few words. */
export function lastWords(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? "nothing").trim().slice(0, 200);
}

async function requireKeyFile(key: string): Promise<void> {
  const found = await stat(key).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw keyFile(key, code === "ENOENT" ? "is not there" : `cannot be read (${code})`);
  });
  if (!found.isFile()) throw keyFile(key, "is no file");
  if (found.size > LARGEST_KEY) throw keyFile(key, `has ${found.size} bytes, which no key has`);
}

function noPlace(parent: string, cause: unknown): RecoverError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return refuse("key-unusable", `there is no place for a keyring: ${parent} cannot be written (${code})`)
    .at(parent)
    .advise("Name a directory with a short path as TMPDIR, which this user may write to.", cause);
}

function keyFile(key: string, what: string): RecoverError {
  return refuse("key-unusable", `the key file ${quoted(key)} ${what}`)
    .at(key)
    .advise("Make one where the private key is, with gpg --export-secret-keys --armor KEY, for you alone to read.");
}
