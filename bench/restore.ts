/**
 * `archive restore` beside WAL-E's own backup-fetch, on an archive that WAL-E made of a real PostgreSQL 9.6 in a MinIO on
 * loopback. Both take turns, so that a busy machine disturbs them alike. The tool brings the WAL behind the base backup too,
 * looks at each segment and reads the times of its transactions; WAL-E is only asked for the base backup.
 *
 *   bash test/rig/install.sh && npx node bench/restore.ts [MEGABYTES] [ROUNDS]     1000 3     goal: ≥ 0.8
 *
 * The figure is the median of the rounds' ratios, WAL-E's seconds over the tool's.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { Postgres } from "../test/rig/archives/postgres.ts";
import { WalE } from "../test/rig/archives/wal-e.ts";
import { POSTGRESQL, Workshop } from "../test/rig/archives/workshop.ts";

const GOAL = 0.8;
const [megabytes = 1000, rounds = 3] = process.argv.slice(2, 4).map(Number);
const TOOL = resolve("src/bin.cjs");

/** Rows that can be packed as those of an application: to about a half. */
async function makeArchive(workshop: Workshop, archiver: WalE): Promise<void> {
  const server = await Postgres.initialize({ workshop, version: POSTGRESQL.era, archiver });
  await server.start();
  const rows = `select i, md5(i::text) || repeat('x', 60) || md5((i * 7)::text) from generate_series(1, ${megabytes * 6000}) i`;
  await server.sql(`create table big as ${rows}`, "checkpoint");
  const { code, stderr } = await archiver.backUp(server);
  if (code !== 0) throw new Error(`the base backup ended with ${code}: ${stderr.slice(-1000)}`);
  await server.sql("insert into big values (0, 'behind the backup')", "select pg_switch_wal()");
  await server.archived();
  await server.stop("SIGQUIT");
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function byTool({ objects }: Workshop, folder: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = objects.credentials;
  await execa(process.execPath, [TOOL, "archive", "restore", `s3://${objects.bucket}/big`, join(folder, "data")], {
    env: {
      HOME: folder,
      AWS_ENDPOINT_URL: objects.endpoint,
      AWS_REGION: objects.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    extendEnv: false,
  });
}

async function byWalE(workshop: Workshop, archiver: WalE, folder: string): Promise<void> {
  const data = join(folder, "data");
  await workshop.must(["mkdir", "-m", "700", data]);
  const { code, stderr } = await archiver.fetchBase("LATEST", data);
  if (code !== 0) throw new Error(`backup-fetch ended with ${code}: ${stderr.slice(-1000)}`);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

const workshop = await Workshop.open();
try {
  const archiver = new WalE(workshop, "big");
  await makeArchive(workshop, archiver);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const [ours, theirs] = [await workshop.folder(), await workshop.folder()];
    const own = await seconds(() => byTool(workshop, ours));
    const walE = await seconds(() => byWalE(workshop, archiver, theirs));
    const { stdout } = await execa("du", ["-sm", theirs]);
    const size = Number.parseInt(stdout, 10);
    await Promise.all([ours, theirs].map((folder) => rm(folder, { recursive: true })));
    ratios.push(walE / own);
    const rate = (time: number): string => `${time.toFixed(1)} s, ${(size / time).toFixed(0)} MiB/s`;
    console.log(`round ${round}, ${size} MiB: ours ${rate(own)}; WAL-E ${rate(walE)}`);
  }
  const figure = median(ratios);
  console.log(
    `restore, speed / WAL-E's own: ${figure.toFixed(2)} (goal ≥ ${GOAL}) ${figure >= GOAL ? "met" : "MISSED"}`,
  );
} finally {
  await workshop.close();
}
