/**
 * A throw-away PostgreSQL on this machine: a copy of an archive in a directory of the run's own, and a server on it that
 * nobody else reaches. Every path lies in `place`, one directory of one run.
 *
 * Errors: `no-sandbox`, `program-missing`, `guard-refused` (the place is not the run's own), `target-not-fresh`, `does-not-fit`,
 * `not-restorable`, `command-failed` (a program said no), those of the object store.
 */
export interface ScratchPrograms {
  /** Full version, `9.6.24`. */
  readonly postgres: string;
  readonly pgDump: string;
  /** Absolute paths, for the printed commands. */
  readonly postgresPath: string;
  readonly pgDumpPath: string;
  readonly psqlPath: string;
  /** Who runs the server: PostgreSQL refuses root. */
  readonly account: string;
  /** The sandbox of the copy's code, such as "bubblewrap 0.8.0"; or why there is none. */
  readonly sandbox: string;
}

/** The source and subject of a restore: noted in the place before anything else is written there. */
export interface ScratchCopy {
  readonly run: string;
  /** s3://BUCKET/PREFIX */
  readonly archive: string;
  /** ISO 8601; "" for everything that the archive holds. */
  readonly time: string;
  readonly base: string;
}

export interface RestoredCopy {
  readonly systemId: string;
  /** `9.6`. */
  readonly version: string;
  /** ISO 8601 with microseconds: the last commit that is replayed; "" if it is not known. */
  readonly lastTransaction: string;
  /** The segment before which the WAL ends because it cannot be used, and why; absent if all that was planned is whole. */
  readonly damaged?: string;
  /** The segment inside which the WAL ends though others follow, and where; absent if it goes to its end. */
  readonly cut?: string;
  /** Which damaged base backups and shorter ways were passed over, and why; absent if none was. */
  readonly instead?: string;
}

export interface RestoreOrder extends ScratchCopy {
  readonly place: string;
  /** That base backup alone is what is wanted: none is taken in its place if it is damaged. */
  readonly only?: true;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** The state of a place. */
export type ScratchState =
  | { readonly state: "absent" }
  /** Another run's, which is named, or nobody's. */
  | { readonly state: "foreign"; readonly evidence: string; readonly owner?: string }
  | { readonly state: "begun"; readonly copy: ScratchCopy; readonly evidence: string }
  | { readonly state: "restored"; readonly copy: ScratchCopy; readonly restored: RestoredCopy };

export interface ScratchServer {
  readonly place: string;
  /** Directory with `postgres`; "" for PATH. */
  readonly programs: string;
}

/** `starting` takes no connections yet: it replays, or it ends. */
export type Standing = "down" | "starting" | "accepting";

/** A file of a place, by what is in it. */
export interface ScratchFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DumpOrder {
  readonly database: string;
  readonly tables: readonly { readonly schema: string; readonly table: string }[];
}

export interface ScratchDatabases {
  /** The place of a run that asked for none: below the state directory, or where another account can reach it. */
  placeOf(run: string): string;
  programs(directory: string): Promise<ScratchPrograms>;
  /** On the disk that the place will lie on. */
  freeBytes(place: string): Promise<number>;
  /** The directory above the place that the server's account cannot pass; undefined if it can go there. */
  closedAbove(place: string): Promise<string | undefined>;
  look(place: string, run: string): Promise<ScratchState>;
  /** Replaces the half-done work of an earlier attempt; a whole copy stays. */
  restore(order: RestoreOrder): Promise<RestoredCopy>;
  /** No error if it runs already. In its sandbox it ends with the process that started it. */
  start(server: ScratchServer): Promise<void>;
  /** Error: `command-failed` if it refuses for good, as with a locale that this machine does not have. */
  standing(server: ScratchServer): Promise<Standing>;
  /** Sends the signal and waits for nothing; `at-once` as a power failure would, from which it recovers at the next start. */
  stop(server: ScratchServer, how: "fast" | "at-once"): Promise<void>;
  /** Lines that servers on this copy have said, oldest first; empty if none was started. */
  said(place: string): Promise<readonly string[]>;
  /** As the superuser over the socket: rows are lines, columns divided by tabs. */
  sql(server: ScratchServer, database: string, sql: string): Promise<readonly (readonly string[])[]>;
  /** Structure and rows as SQL, without owners and rights, readable by the own user alone; replaces an earlier one. */
  dump(server: ScratchServer, order: DumpOrder): Promise<ScratchFile>;
  /** All that a dump reads, and nothing of it is kept. `unreachable` if it takes longer. */
  dumpNowhere(server: ScratchServer, database: string, limitMs: number): Promise<void>;
  /** The words of `pg_checksums` for each page whose sum does not fit, after a clean stop. `unreachable` if it takes longer. */
  unfitPages(server: ScratchServer, limitMs: number): Promise<readonly string[]>;
  /** Undefined if there is none. */
  dumped(place: string): Promise<ScratchFile | undefined>;
  readDump(place: string): Promise<Uint8Array>;
  /** Deletes a place for good, its note last: what a kill leaves can still be told. `guard-refused` unless it is that run's. */
  remove(place: string, run: string): Promise<void>;
  /** Takes another name beside it; nothing of that name may be there. */
  moveAside(place: string, to: string): Promise<void>;
}
