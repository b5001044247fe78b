/** A program that archives and restores: WAL-E or WAL-G, each as itself. */
import type { Seal } from "./seal.ts";
import type { Ended } from "./workshop.ts";

/** Command lines for PostgreSQL; their values are in the script that they name. */
export interface Commands {
  /** Takes the path of a segment. */
  readonly push: string;
  /** Takes the name that PostgreSQL asks for and the path to put it at. */
  readonly fetch: string;
}

export interface Archiver {
  readonly reader: "wal-e" | "wal-g";
  /** Of the archive, below the bucket. */
  readonly prefix: string;
  /** The key that it encrypts to, if it does. */
  readonly seal?: Seal | undefined;
  /** The same program on another archive. */
  on(prefix: string): Archiver;
  /** Writes the scripts into a folder of the server's user. */
  commands(home: string): Promise<Commands>;
  /** A base backup of a running server; its socket lies in `home`. */
  backUp(server: { readonly home: string; readonly data: string }): Promise<Ended>;
  /** Fetches a base backup by name, or `LATEST`, into a data directory. */
  fetchBase(name: string, data: string): Promise<Ended>;
}
