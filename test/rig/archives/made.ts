/** Archives made by real programs, each with its real rows. Rows are numbered in the order of writing. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../until.ts";
import type { Archiver } from "./archiver.ts";
import { Chronicle } from "./chronicle.ts";
import { type Cluster, Postgres } from "./postgres.ts";
import { restoreInto } from "./restore.ts";
import { makeSeal } from "./seal.ts";
import { systemIdOf } from "./system-id.ts";
import { WalE } from "./wal-e.ts";
import { WalG } from "./wal-g.ts";
import { POSTGRESQL, type PostgresqlVersion, type Workshop } from "./workshop.ts";

const LIMIT_MS = 300_000;

export interface Made {
  readonly archiver: Archiver;
  readonly version: PostgresqlVersion;
  readonly chronicle: Chronicle;
  /** Names of the base backups in the order of their making. */
  readonly bases: readonly string[];
  readonly systemId: string;
}

/** Each row in a separate segment. */
async function rows(server: Postgres, chronicle: Chronicle, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    await server.mark(chronicle);
    await server.turn();
  }
}

/** Gives the name of the base backup. */
async function backUp(server: Postgres): Promise<string> {
  const { archiver, workshop } = server.cluster;
  const folder = `${archiver.prefix}/basebackups_005/`;
  const sentinels = async (): Promise<readonly string[]> => {
    const listed = await workshop.objects.list(folder);
    const suffix = "_backup_stop_sentinel.json";
    return listed.flatMap(({ key }) => (key.endsWith(suffix) ? [key.slice(folder.length, -suffix.length)] : []));
  };
  const before = new Set(await sentinels());
  // With nothing left to write, the checkpoint that the backup asks for is short although it is not a fast one.
  await server.sql("checkpoint");
  const { code, stderr } = await archiver.backUp(server);
  if (code !== 0) throw new Error(`the base backup ended with ${code}: ${stderr.slice(-2000)}`);
  const name = (await sentinels()).find((each) => !before.has(each));
  if (name === undefined) throw new Error("the base backup left no sentinel");
  return name;
}

async function begin(cluster: Cluster): Promise<{ readonly server: Postgres; readonly chronicle: Chronicle }> {
  const server = await Postgres.initialize(cluster);
  const chronicle = new Chronicle();
  await server.start();
  await server.sql("create table marks (number int primary key)", "create table ballast (number int, text text)");
  await server.mark(chronicle);
  return { server, chronicle };
}

/** The system identifier as Dingo's container puts it beside the archive. */
async function finish(server: Postgres, chronicle: Chronicle, bases: readonly string[]): Promise<Made> {
  const { archiver, version, workshop } = server.cluster;
  await server.archived();
  await server.stop("SIGQUIT");
  const systemId = await systemIdOf(server.data);
  await workshop.objects.put(`${archiver.prefix}/sysids/sysid`, Buffer.from(`${systemId}\n`));
  return { archiver, version, chronicle, bases, systemId };
}

/**
 * One timeline, two base backups: row 1, backup, rows 2 to 4 each in its segment, backup, rows 5 to 8 each in its segment.
 */
export async function makeLine(cluster: Cluster): Promise<Made> {
  const { server, chronicle } = await begin(cluster);
  const first = await backUp(server);
  await rows(server, chronicle, 3);
  const second = await backUp(server);
  await rows(server, chronicle, 4);
  return finish(server, chronicle, [first, second]);
}

export const makeWalELine = (workshop: Workshop, prefix: string): Promise<Made> =>
  makeLine({ workshop, version: POSTGRESQL.era, archiver: new WalE(workshop, prefix) });

/** The same, encrypted with OpenPGP. */
export async function makeSealedLine(workshop: Workshop, prefix: string): Promise<Made> {
  const archiver = new WalE(workshop, prefix, await makeSeal(workshop));
  return await makeLine({ workshop, version: POSTGRESQL.era, archiver });
}

export const makeBrotliLine = (workshop: Workshop, prefix: string): Promise<Made> =>
  makeLine({ workshop, version: POSTGRESQL.era, archiver: new WalG(workshop, prefix, { compression: "brotli" }) });

/**
 * A base backup of two parts that spans several segments: row 2 was written in its start segment, row 3 in the next one,
 * then its checkpoint ended, then row 4 was written; rows 5 and 6 lie behind its end.
 */
export async function makeWide(workshop: Workshop, prefix: string): Promise<Made> {
  const cluster = { workshop, version: POSTGRESQL.newer, archiver: new WalE(workshop, prefix) };
  const { server, chronicle } = await begin(cluster);
  await fill(server);
  const going = cluster.archiver.backUp(server);
  await until("the backup's checkpoint", LIMIT_MS, async () => SLOW_CHECKPOINT.test(await server.said()), 20);
  await rows(server, chronicle, 2);
  await server.sql("alter system set checkpoint_completion_target = 0", "select pg_reload_conf()");
  const inBackup = async (): Promise<boolean> => (await server.sql("select pg_is_in_backup()"))[0] === "t";
  await until("the backup to be begun", LIMIT_MS, inBackup, 20);
  await rows(server, chronicle, 1);
  const { code, stderr } = await going;
  if (code !== 0) throw new Error(`the base backup ended with ${code}: ${stderr.slice(-2000)}`);
  const [first] = await workshop.objects.list(`${prefix}/basebackups_005/`);
  const name = first?.key.slice(`${prefix}/basebackups_005/`.length).split("/")[0] ?? "";
  await rows(server, chronicle, 2);
  return finish(server, chronicle, [name]);
}

const SLOW_CHECKPOINT = /checkpoint starting: force wait/;
/** WAL-E begins another part after 6144 members; a new cluster has a thousand files. */
const FILLER_FILES = 5_600;

/** Files for another part, and pages for a checkpoint that takes its time: it writes ten a second until it is told to hurry. */
async function fill(server: Postgres): Promise<void> {
  const folder = join(server.data, "filler");
  await server.cluster.workshop.must(["mkdir", "-m", "700", folder]);
  for (let index = 0; index < FILLER_FILES; index += 1) {
    await writeFile(join(folder, String(index)), "", { mode: 0o600 });
  }
  await server.cluster.workshop.ownAll(folder);
  await server.sql("create table filler as select number from generate_series(1, 50000) as number");
}

/**
 * Timelines: row 1, backup on 1, row 2 in its segment, row 3, restore point `early`, row 4 and turn, row 5 in its segment,
 * row 6; failover to 2 in that segment, row 7 and turn, row 8 in its segment, backup on 2, row 9; failover to 3, row 10;
 * failover to 4 in the same segment, row 11 and turn, row 12 in its segment. Then a restore to `early`, which makes
 * timeline 5 out of 1: row 13 and turn, row 14 in its segment.
 */
export async function makeTree(workshop: Workshop, prefix: string): Promise<Made> {
  const cluster = { workshop, version: POSTGRESQL.newer, archiver: new WalE(workshop, prefix) };
  const { server, chronicle } = await begin(cluster);
  const first = await backUp(server);
  await rows(server, chronicle, 1);
  await server.mark(chronicle);
  const [early = ""] = await server.sql("select pg_create_restore_point('early')");
  await rows(server, chronicle, 2);
  await server.mark(chronicle);
  await server.failOver(chronicle, 2);
  await rows(server, chronicle, 2);
  const second = await backUp(server);
  await server.mark(chronicle);
  await server.failOver(chronicle, 3);
  await server.mark(chronicle);
  await server.failOver(chronicle, 4);
  await rows(server, chronicle, 2);
  const made = await finish(server, chronicle, [first, second]);
  await branch(made, cluster, { base: first, target: "early", child: 5, at: early });
  return made;
}

/** Restores to a restore point and writes two rows there. */
async function branch(
  made: Pick<Made, "chronicle">,
  cluster: Cluster,
  to: { readonly base: string; readonly target: string; readonly child: number; readonly at: string },
): Promise<void> {
  const server = await branchOff(made.chronicle, cluster, to);
  await rows(server, made.chronicle, 2);
  await server.archived();
  await server.stop("SIGQUIT");
}

async function branchOff(
  chronicle: Chronicle,
  cluster: Cluster,
  to: { readonly base: string; readonly target: string; readonly child: number; readonly at: string },
): Promise<Postgres> {
  const recovery = { timeline: "1", target: to.target };
  const { server, started } = await restoreInto(cluster, { base: to.base, recovery, archiving: true });
  if (started?.ready !== true) throw new Error(`no branch came to be: ${started?.log.slice(-2000) ?? ""}`);
  chronicle.fork({ child: to.child, parent: 1, at: to.at });
  return server;
}

/**
 * Two primaries that both live on after a fork: row 1, backup, row 2, restore point `fork`. A restore to it makes timeline 2.
 * Then in turn on 1 and on 2: row 3 (on 1) and row 4 (on 2) end the segment of the fork, rows 5 and 6 the next one, and then
 * each makes a base backup in the segment of the same number, 2 first. Rows 7 (on 1) and 8 (on 2) lie in segments behind that.
 */
export async function makeTwins(workshop: Workshop, prefix: string): Promise<Made> {
  const cluster = { workshop, version: POSTGRESQL.era, archiver: new WalE(workshop, prefix) };
  const { server, chronicle } = await begin(cluster);
  const first = await backUp(server);
  await server.mark(chronicle);
  const [at = ""] = await server.sql("select pg_create_restore_point('fork')");
  await rows(server, chronicle, 1);
  await server.archived();
  const twin = await branchOff(chronicle, cluster, { base: first, target: "fork", child: 2, at });
  await rows(twin, chronicle, 1);
  await rows(server, chronicle, 1);
  await rows(twin, chronicle, 1);
  const theirs = await backUp(twin);
  const ours = await backUp(server);
  await rows(server, chronicle, 1);
  await rows(twin, chronicle, 1);
  await twin.archived();
  await twin.stop("SIGQUIT");
  return finish(server, chronicle, [first, theirs, ours]);
}

/**
 * WAL-G with a delta backup: row 1, whole backup, rows 2 to 3 each in its segment, delta backup, row 4 in its segment, row 5;
 * failover to timeline 2 in that segment, row 6 and turn, row 7 in its segment.
 */
export async function makeDeltas(workshop: Workshop, prefix: string): Promise<Made> {
  const archiver = new WalG(workshop, prefix, { compression: "lz4", deltas: 3 });
  const { server, chronicle } = await begin({ workshop, version: POSTGRESQL.newer, archiver });
  const whole = await backUp(server);
  await rows(server, chronicle, 2);
  const delta = await backUp(server);
  await rows(server, chronicle, 1);
  await server.mark(chronicle);
  await server.failOver(chronicle, 2);
  await rows(server, chronicle, 2);
  return finish(server, chronicle, [whole, delta]);
}
