/** The depths of a backup's test, on real clusters with and without damage, in the sandbox of every test. */
import { chmod, chown, cp, mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkPages, readRows } from "../../../src/archive/actions/backup/read-rows.ts";
import { whileRunning } from "../../../src/archive/actions/scratch/while-running.ts";
import { LocalScratch } from "../../../src/archive/adapters/scratch/scratch-databases.ts";
import { systemClock } from "../../../src/kit/clock/system-clock.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { sandboxOfKind } from "../../rig/hostile/sandboxes.ts";

/** Debian's nobody: initdb wants an account with a name. */
const NOBODY = 65_534;
const PROGRAMS = "/usr/lib/postgresql/15/bin";
const RUN = "20261126-120000-deep";
const { signal } = new AbortController();
const PAGE = 8192;

const SQL = [
  "create table orders (id int primary key, note text)",
  "insert into orders select g, repeat('x', 100) from generate_series(1, 5000) g",
  "select lo_from_bytea(0, 'large')",
  ...["orders", "orders_pkey"].map((name) => `select pg_relation_filepath('${name}')`),
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp("/var/tmp/dingo-recover-depth-");
  await chmod(root, 0o755);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

interface Cluster {
  readonly data: string;
  readonly table: string;
  readonly index: string;
}

async function clusterOf(name: string, ...flags: readonly string[]): Promise<Cluster> {
  const data = join(root, name);
  await mkdir(data, { mode: 0o700 });
  await chown(data, NOBODY, NOBODY);
  const as = { uid: NOBODY, gid: NOBODY, cwd: "/", env: { LC_ALL: "C", PATH: "/usr/bin:/bin" }, extendEnv: false };
  const words = ["-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "-N", ...flags];
  await execa(join(PROGRAMS, "initdb"), words, as);
  const single = ["--single", "-D", data, "postgres"];
  const { stdout } = await execa(join(PROGRAMS, "postgres"), single, { ...as, input: `${SQL.join(";\n")};\n` });
  const [table = "", index = ""] = [...stdout.matchAll(/= "(base\/[^"]+)"/gu)].map(([, path = ""]) => path);
  return { data, table, index };
}

/** Other bytes in the middle of the second page. */
async function damaged({ data }: Cluster, file: string): Promise<void> {
  const handle = await open(join(data, file), "r+");
  await handle.write(Buffer.alloc(512, 0x5a), 0, 512, PAGE + PAGE / 2);
  await handle.close();
}

async function read({ data }: Cluster, isSummed: boolean): Promise<readonly string[]> {
  const place = join(root, "place");
  const scratch = new LocalScratch({
    ...{ path: `${PROGRAMS}:/usr/bin:/bin`, signal, root, sandbox: sandboxOfKind("bubblewrap") },
    restore: async ({ directory }) => {
      await cp(data, directory, { recursive: true });
      return { systemId: "42", version: "15", lastTransaction: "" };
    },
  });
  const ports = { scratch, clock: systemClock() } as unknown as Ports;
  const keeper = { ports, signal, progress: () => undefined, beforeEffect: () => Promise.resolve() };
  const server = { place, programs: PROGRAMS };
  const reading = { server, database: "postgres", depth: "all", left: () => 60_000 } as const;
  await scratch.restore({
    run: RUN,
    archive: "s3://b/p",
    time: "",
    base: "",
    place,
    signal,
    progress: () => undefined,
  });
  try {
    const found = await whileRunning(keeper, server, () => readRows(keeper, reading));
    const pages = await checkPages(keeper, reading, isSummed);
    return [...found, ...pages].map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  } finally {
    await scratch.remove(place, RUN);
  }
}

describe("all that a restored copy holds", () => {
  it("is read without a finding if it is whole", async () => {
    expect(await read(await clusterOf("whole", "-k"), true)).toEqual([]);
  });

  it("shows a damaged page of a table in each way that reads it", async () => {
    const cluster = await clusterOf("table", "-k");
    await damaged(cluster, cluster.table);
    expect(await read(cluster, true)).toEqual([
      expect.stringMatching(
        /^serious rows-unreadable: not every row of orders of "postgres" can be read: invalid page/u,
      ),
      expect.stringMatching(/^serious dump-unreadable: pg_dump cannot dump it: "postgres"/u),
      expect.stringMatching(/^serious indexes-unreadable: orders_pkey .*invalid page/u),
      expect.stringMatching(/^serious indexes-unreadable: orders of "postgres"/u),
      expect.stringMatching(/^serious pages-unreadable: pg_checksums: error: checksum verification failed in file/u),
    ]);
  });

  it("shows a damaged index, whether or not its pages have sums", async () => {
    const [summed, plain] = [await clusterOf("index", "-k"), await clusterOf("plain")];
    for (const each of [summed, plain]) await damaged(each, each.index);
    expect(await read(summed, true)).toEqual([
      expect.stringMatching(/^serious indexes-unreadable: orders_pkey/u),
      expect.stringMatching(/^serious pages-unreadable: /u),
    ]);
    expect(await read(plain, false)).toEqual([
      expect.stringMatching(/^serious indexes-unreadable: orders_pkey/u),
      expect.stringMatching(/^note pages-not-read: no page has a sum/u),
    ]);
  });
});
