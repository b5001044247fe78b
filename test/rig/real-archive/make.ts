/**
 * Makes fixtures/real-archive/cluster.br anew: a real PostgreSQL, of the binaries that a rehearsal starts later, lives
 * through the story of the box at the story's own times. Needs Linux and cc.
 *
 *   npx node test/rig/real-archive/make.ts
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { layOutBinaries } from "../../../src/rehearsal/postgres/binaries.ts";
import { query } from "../../../src/rehearsal/postgres/wire.ts";
import { BASE_TAR, type ClusterFacts } from "../../../src/rehearsal/real-archive/contents.ts";
import { simulatedStory, VERSION } from "../../../src/rehearsal/real-archive/story.ts";
import type { Change } from "../../../src/rehearsal/world/database/database.ts";
import { tar } from "../../../src/rehearsal/world/formats/tar.ts";
import type { StoredObject } from "../../../src/rehearsal/world/objects.ts";
import { until } from "../until.ts";

const NOBODY = 65_534;
const TARGET = join(import.meta.dirname, "../../../fixtures/real-archive/cluster.br");
const SETTINGS = [
  ...["listen_addresses=", "wal_level=replica", "archive_mode=on", "autovacuum=off", "archive_timeout=0"],
  ...["checkpoint_timeout=1d", "max_wal_size=4GB", "timezone=UTC", "log_timezone=UTC", "fsync=off"],
];

const work = mkdtempSync("/var/tmp/real-archive-");
chmodSync(work, 0o755);
const bin = join(work, "postgresql/bin");
const data = join(work, "data");
const archive = join(work, "archive");
const sockets = join(work, "s");
const shiftFile = join(work, "shift");
const lent = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

function own(path: string): void {
  mkdirSync(path, { recursive: true });
  if ("uid" in lent) chownSync(path, NOBODY, NOBODY);
}

/** The time that the server reads from here on. */
function setTime(at: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(Math.round((at - Date.now()) * 1000)));
  writeFileSync(shiftFile, bytes, { flag: "r+" });
}

const ask = (sql: string) => query({ directory: sockets, user: "postgres", database: "postgres" }, sql);

function segments(): readonly (readonly [string, StoredObject])[] {
  const { world, old } = simulatedStory({ seed: 1 });
  const prefix = `backups/${old}/wal/wal_005/`;
  return Object.entries(world.store.buckets[world.network.bucket] ?? {})
    .filter(([key, { meaning }]) => key.startsWith(prefix) && meaning.is === "wal")
    .map(([key, object]) => [basename(key, ".lzo"), object] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const text = (value: string | number): string =>
  typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;

function sqlOf(change: Change): string {
  switch (change.is) {
    case "role":
      return change.name === "postgres"
        ? "SELECT txid_current();"
        : `CREATE ROLE ${change.name} LOGIN ${change.role.flags.join(" ")} PASSWORD 'of-no-use';`;
    case "table":
      return `CREATE TABLE ${change.name} (id integer PRIMARY KEY, ${change.columns[1]} text NOT NULL, created_at timestamptz); ALTER TABLE ${change.name} OWNER TO ${change.owner};`;
    case "rows":
      return `INSERT INTO ${change.table} VALUES ${change.rows.map(({ values }) => `(${Object.values(values).map(text).join(", ")})`).join(", ")};`;
    case "renamed":
      return `ALTER TABLE ${change.name} RENAME TO ${change.to};`;
    case "drop":
      return `DROP TABLE ${change.name};`;
  }
}

const LEFT_OUT = /\/(?:postmaster\.(?:pid|opts)|(?:pg_wal|pg_stat_tmp|pg_replslot)\/.+)$/;

/** The base backup begins with the end of the first segment, and ends with that of the second. */
async function close(name: string, isIdle: boolean): Promise<void> {
  if (name.endsWith("01")) {
    await ask("SELECT pg_start_backup('freeze_start_2026-11-21T00:37:07.700000+00:00', true);");
    cpSync(data, join(work, "backup"), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
  } else if (name.endsWith("02")) await ask("SELECT pg_stop_backup();");
  else {
    // A segment in which nothing was written is not closed.
    if (isIdle) await ask("SELECT pg_create_restore_point('idle');");
    await ask("SELECT pg_switch_wal();");
  }
}

/** Returns the text of the `.backup` file. */
async function live(): Promise<string> {
  for (const [name, { meaning, lastModified }] of segments()) {
    if (meaning.is !== "wal") continue;
    for (const change of meaning.changes) {
      setTime(change.at);
      for (const each of sqlOf(change).split("; ")) await ask(each);
    }
    setTime(lastModified);
    await close(name, meaning.changes.length === 0);
    await until(`segment ${name}`, 120_000, () => Promise.resolve(readdirSync(archive).includes(name)));
  }
  const history = readdirSync(archive).find((name) => name.endsWith(".backup")) ?? "";
  return readFileSync(join(archive, history), "utf8");
}

/** The copies of a table in several databases side by side: they are the same, and pack to nothing. */
function filesOf(directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  return paths.sort((a, b) => (`${basename(a)} ${a}` < `${basename(b)} ${b}` ? -1 : 1));
}

const withoutZeros = (bytes: Buffer): Buffer => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
};

function pack(history: string): void {
  const backup = join(work, "backup");
  const files = filesOf(backup).map((name) => ({ name, content: [readFileSync(join(backup, name))] }));
  const runs = tar(files).map((run) => (typeof run === "number" ? Buffer.alloc(run) : run));
  const wal = readdirSync(archive)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .sort();
  const members = [
    { name: BASE_TAR, content: Buffer.concat(runs) },
    ...wal.map((name) => ({ name, content: withoutZeros(readFileSync(join(archive, name))) })),
  ];
  const [, low = "", segment = ""] = /STOP WAL LOCATION: 0\/([0-9A-F]+) \(file ([0-9A-F]{24})\)/.exec(history) ?? [];
  const facts: ClusterFacts = {
    systemId: readFileSync(join(backup, "global/pg_control")).readBigUInt64LE(0).toString(),
    version: VERSION,
    expandedBytes: files.reduce((sum, { content: [bytes] }) => sum + (bytes?.length ?? 0), 0),
    stop: {
      segment,
      offset: (Number.parseInt(low, 16) % (16 * 1024 * 1024)).toString(16).toUpperCase().padStart(8, "0"),
    },
    backupHistory: history,
    members: members.map(({ name, content }) => ({ name, bytes: content.length })),
  };
  const plain = Buffer.concat([Buffer.from(`${JSON.stringify(facts)}\n`), ...members.map(({ content }) => content)]);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const packed = brotliCompressSync(plain, { params });
  writeFileSync(TARGET, packed);
  for (const { name, content } of members) console.log(name, content.length);
  console.log(`${TARGET}: ${packed.length} bytes of ${plain.length}, system identifier ${facts.systemId}`);
}

async function main(): Promise<void> {
  layOutBinaries(join(work, "postgresql"));
  for (const each of [archive, sockets]) own(each);
  own(data);
  writeFileSync(shiftFile, Buffer.alloc(8));
  const shim = join(work, "clock.so");
  execFileSync("cc", ["-O2", "-shared", "-fPIC", "-o", shim, join(import.meta.dirname, "clock.c"), "-ldl"]);
  const [first] = segments();
  setTime((first?.[1].lastModified ?? 0) - 6_000);
  const env = { LD_PRELOAD: shim, CLOCK_SHIFT: shiftFile, LC_ALL: "C", PATH: "/usr/bin:/bin" };
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], {
    ...lent,
    env,
    cwd: "/",
    stdio: "inherit",
  });
  const settings = [...SETTINGS, `unix_socket_directories=${sockets}`, `archive_command=cp %p ${archive}/%f`].flatMap(
    (each) => ["-c", each],
  );
  const server = spawn(join(bin, "postgres"), ["-D", data, ...settings], { ...lent, env, cwd: "/", stdio: "inherit" });
  await until("the server", 120_000, () =>
    ask("SELECT 1;").then(
      () => true,
      () => false,
    ),
  );
  const lived = await live();
  server.kill("SIGINT");
  await new Promise((resolve) => server.once("exit", resolve));
  pack(lived);
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
