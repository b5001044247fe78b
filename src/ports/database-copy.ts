/**
 * Copies of PostgreSQL data directories in volumes of a run's own, and servers on them that nobody else reaches. The
 * original is only ever mounted read-only.
 *
 * Errors: as `docker-host.ts`; `does-not-fit` if the disk is full; `object-changed` if somebody wrote to the original
 * during the copy; `command-failed` if a program said no.
 */
import type { CopyServer, FillOrder, ServerPrograms } from "../kit/commands/database-copy-commands.ts";
import type { DumpOrder, LoadOrder } from "../kit/commands/database-dump-commands.ts";

export type { CopyServer, FillOrder, ServerPrograms };

export interface ProgramFacts {
  /** Full version, `16.3`; "" if there is no `postgres`. */
  readonly postgres: string;
  readonly pgDump: string;
  readonly libc: "musl" | "glibc";
  /** Programs that are needed and not there. */
  readonly missing: readonly string[];
}

export interface Filled {
  readonly files: number;
  readonly bytes: number;
  /** Links of tablespaces, whose data lie elsewhere. */
  readonly tablespaces: number;
  /** Files that cannot be read to their end; a server stumbles over them. */
  readonly unread: readonly string[];
}

export type ServerStanding = "accepting" | "starting" | "ended";

/** A file on the machine that the CLI runs on. */
export interface DumpFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DatabaseCopies {
  /** Where the machine with the CLI keeps what need not last: TMPDIR. */
  readonly temporary: string;
  /** Undefined if nothing in it can be run. */
  programs(run: string, programs: ServerPrograms): Promise<ProgramFacts | undefined>;
  /** Id of an image without a file, made if it is not there yet. */
  emptyImage(): Promise<string>;
  makeVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** A volume that no container uses. */
  removeVolume(name: string): Promise<void>;
  /** Starts from the beginning; remains of an earlier attempt are replaced. */
  fill(order: FillOrder): Promise<Filled>;
  /** On the copy in its volume. */
  start(server: CopyServer): Promise<void>;
  /** A cluster without a row in its volume, with the libraries that the copied one preloads. */
  startFresh(server: CopyServer, copied: string): Promise<void>;
  standing(server: CopyServer): Promise<ServerStanding>;
  /** Its last lines, of one that has ended too. */
  said(server: CopyServer): Promise<readonly string[]>;
  /** Whether a container of that name, of this run, is there. */
  isThere(name: string, run: string): Promise<boolean>;
  /** Stops and removes the run's own container of that name; nothing if there is none. */
  end(name: string, run: string): Promise<void>;
  /** Rows of fields; a statement that failed is left out, and its error is the last of `failed`. */
  sql(
    server: CopyServer,
    database: string,
    text: string,
  ): Promise<{ readonly rows: readonly (readonly string[])[]; readonly failed: readonly string[] }>;
  /** Of a database an archive of pg_dump; "" for the roles, as text. */
  dump(server: CopyServer, order: DumpOrder): Promise<DumpFile>;
  /** Undefined if there is none. */
  dumped(file: string): Promise<DumpFile | undefined>;
  /** Loads an archive into an empty database. Returns the complaint that ended it, or all if it goes on; empty if there was none. */
  load(server: CopyServer, order: LoadOrder): Promise<readonly string[]>;
  /** All roles of a file but the server's own, which is there; likewise. */
  loadRoles(server: CopyServer, file: string): Promise<readonly string[]>;
}
