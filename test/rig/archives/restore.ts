/** A real restore: the real program fetches, the real PostgreSQL replays, and its rows are read by SQL. */
import { rm } from "node:fs/promises";
import type { Archiver } from "./archiver.ts";
import { type Cluster, Postgres, type Recovery, type Started } from "./postgres.ts";
import type { Ended, PostgresqlVersion, Workshop } from "./workshop.ts";

export interface RestoreOptions {
  /** A name, or `LATEST`. */
  readonly base: string;
  readonly recovery: Recovery;
  /** A restore that is only looked at must not write into the archive (wal-archives.md §0.9). */
  readonly archiving?: boolean;
}

export interface Restored {
  readonly server: Postgres;
  readonly fetched: Ended;
  /** Undefined if nothing was fetched that could be started. */
  readonly started: Started | undefined;
}

export async function restoreInto(cluster: Cluster, options: RestoreOptions): Promise<Restored> {
  const server = new Postgres(cluster, await cluster.workshop.folder());
  await cluster.workshop.must(["mkdir", "-m", "700", server.data]);
  const fetched = await cluster.archiver.fetchBase(options.base, server.data);
  const version = await cluster.workshop.run(["test", "-f", `${server.data}/PG_VERSION`]);
  if (version.code !== 0) return { server, fetched, started: undefined };
  const wal = cluster.version.startsWith("9.") ? "pg_xlog" : "pg_wal";
  await cluster.workshop.must(["mkdir", "-p", "-m", "700", `${server.data}/${wal}`]);
  await server.configure({ archiving: options.archiving === true, recovery: options.recovery });
  return { server, fetched, started: await server.tryStart() };
}

/** The rows of a server. */
export interface Looked {
  /** Numbers of the rows that are there; empty if the server cannot be asked. */
  readonly rows: readonly number[];
  /** Of those whose ballast in another table is there whole: the same numbers wherever the state is one that ever was. */
  readonly whole: readonly number[];
  /** The timeline that the server went on with. */
  readonly timeline: number | undefined;
}

/** The outcome of a restore, in the words of a test. */
export interface Outcome extends Looked {
  readonly fetchCode: number;
  readonly fetchSaid: string;
  readonly ready: boolean;
  readonly log: string;
  /** Why the server that said it was ready cannot be asked. */
  readonly refused: string;
}

export async function restore(
  {
    workshop,
    archiver,
    version,
  }: { readonly workshop: Workshop; readonly archiver: Archiver; readonly version: PostgresqlVersion },
  options: RestoreOptions,
): Promise<Outcome> {
  const { server, fetched, started } = await restoreInto({ workshop, archiver, version }, options);
  const fetch = { fetchCode: fetched.code, fetchSaid: fetched.stderr };
  try {
    if (started?.ready !== true) {
      const log = started?.log ?? "the fetch brought no PG_VERSION";
      return { ...fetch, ready: false, log, ...NOTHING, refused: "" };
    }
    const { log } = started;
    return { ...fetch, ready: true, log, refused: "", ...(await looked(server).catch(refusal)) };
  } finally {
    await server.stop("SIGQUIT");
    await rm(server.home, { recursive: true, force: true });
  }
}

const NOTHING = { rows: [], whole: [], timeline: undefined } as const;

const refusal = (error: unknown): Looked & Pick<Outcome, "refused"> => ({
  refused: error instanceof Error ? error.message : String(error),
  ...NOTHING,
});

/** Reads every page of the tables. */
export async function looked(server: Postgres): Promise<Looked> {
  const numbers = async (question: string): Promise<readonly number[]> => (await server.sql(question)).map(Number);
  const rows = await numbers("select number from marks order by 1");
  const whole = await numbers("select number from ballast group by 1 having count(text) = 300 order by 1");
  const [file = ""] = await server.sql("select pg_walfile_name(pg_current_wal_insert_lsn())");
  return { rows, whole, timeline: Number.parseInt(file.slice(0, 8), 16) };
}
