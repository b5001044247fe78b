/** A program that archives and restores: WAL-E or WAL-G, each as itself. */
import { join } from "node:path";
import { quote, script } from "./scripts.ts";
import type { Seal } from "./seal.ts";
import type { Ended, Workshop } from "./workshop.ts";

/** Command lines for PostgreSQL; their values are in the script that they name. */
export interface Commands {
  /** Takes the path of a segment. */
  readonly push: string;
  /** Takes the name that PostgreSQL asks for and the path to put it at. */
  readonly fetch: string;
}

type Variables = Readonly<Record<string, string>>;

export abstract class Archiver {
  abstract readonly reader: "wal-e" | "wal-g";
  protected readonly workshop: Workshop;
  /** Of the archive, below the bucket. */
  readonly prefix: string;
  /** The key that it encrypts to, if it does. */
  readonly seal: Seal | undefined;

  constructor(workshop: Workshop, prefix: string, seal?: Seal) {
    this.workshop = workshop;
    this.prefix = prefix;
    this.seal = seal;
  }

  /** The same program on another archive. */
  abstract on(prefix: string): Archiver;
  protected abstract readonly program: readonly string[];
  /** Its words for one segment: each fetch is one answer to one question. */
  protected abstract readonly fetching: string;
  protected abstract environment(): Variables;

  /** Writes the scripts into a folder of the server's user. */
  async commands(home: string): Promise<Commands> {
    const made = (name: string, words: string): Promise<string> =>
      script(this.workshop, {
        path: join(home, name),
        env: { PATH: "/usr/bin:/bin", ...this.environment() },
        command: `${this.program.map(quote).join(" ")} ${words} "$@"`,
      });
    return { push: await made("push", "wal-push"), fetch: await made("fetch", this.fetching) };
  }

  /** A base backup of a running server; its socket lies in `home`. */
  backUp({ home, data }: { readonly home: string; readonly data: string }): Promise<Ended> {
    return this.#call(["backup-push", data], { PGHOST: home, PGUSER: "postgres", PGDATABASE: "postgres" });
  }

  /** Fetches a base backup by name, or `LATEST`, into a data directory. */
  fetchBase(name: string, data: string): Promise<Ended> {
    return this.#call(["backup-fetch", data, name]);
  }

  #call(words: readonly string[], env: Variables = {}): Promise<Ended> {
    return this.workshop.run([...this.program, ...words], { env: { ...this.environment(), ...env } });
  }
}
