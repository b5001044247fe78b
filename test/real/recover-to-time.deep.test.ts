/** On real parts: somebody drops a table of a living service; it comes back as it was before, and the service lives on. */
import { chmod, cp, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/state/event.ts";
import { cacheDirectory } from "../rig/cache.ts";
import { secretsBelow, secretsIn } from "../rig/canaries.ts";
import { type Foundation, ORG, SPACE, startFoundation, type ToolProcess } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { callTool, type Ended } from "../rig/recovery.ts";
import { baseBackupDone, onlyNode } from "../rig/scene.ts";
import { cfProgram, freshServiceKey } from "../rig/service-key.ts";
import { until } from "../rig/until.ts";

const NAME = "living-db";
const TARGET = `${ORG}/${SPACE}/${NAME}`;

let foundation: Foundation;
/** PostgreSQL for the copy, in a directory that its account can reach. */
let programs: string;
let guid: string;
let time: string;
let before: readonly string[];
let ended: Ended;
let events: readonly RunEvent[];
let run: string;
let dry: Ended;
let dryRun: string;
/** Copies on this machine behind the dry run. */
let dryLeft: readonly string[];

/** The copies that these runs made on this machine; others may have copies here too. */
const copiesOf = async (runs: readonly string[]): Promise<readonly string[]> =>
  (await readdir("/var/tmp")).filter((name) => runs.some((each) => name.startsWith(`dingo-recover-${each}`)));

const sql = async (statement: string): Promise<readonly string[]> => {
  const login = await freshLogin();
  const answer = await logIn(login, statement);
  if (!answer.ok) throw new Error(answer.message);
  return answer.rows;
};
let login: Awaited<ReturnType<typeof freshServiceKey>> | undefined;
const freshLogin = async () => {
  login ??= await freshServiceKey(foundation, NAME, "independent");
  return login;
};

const recover = (
  inputs: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  meanwhile: (tool: ToolProcess) => void = () => undefined,
): Promise<Ended> => {
  const given = { org: ORG, space: SPACE, service: NAME, postgres_bin: join(programs, "bin"), ...inputs };
  const pairs = Object.entries(given).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  return callTool(foundation, ["run", "recover-to-time", "--json", "--yes", ...flags, ...pairs], { meanwhile });
};
const eventsOf = ({ stdout }: Ended): readonly RunEvent[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RunEvent);

const now = async (): Promise<string> =>
  (await sql(`select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`))[0] ?? "";

const tables = () =>
  sql("select schemaname || '.' || tablename from pg_tables where schemaname !~ '^(pg_|info)' order by 1");

beforeAll(async () => {
  foundation = await startFoundation({ gatewayOnly: true });
  programs = await mkdtemp("/var/tmp/dingo-recover-postgresql-");
  await cp(join(cacheDirectory, "pgsql-9.6.24"), programs, { recursive: true });
  await chmod(programs, 0o755);
  const cf = await cfProgram(foundation, "owner");
  await cf("create-service", "dingo-postgresql95", "solo", NAME, "-c", '{"node-count":1}', "--wait");
  guid = (await cf("service", NAME, "--guid")).trim();
  const instance = foundation.rig.broker.instance(guid);
  await baseBackupDone(foundation.rig, instance);
  await until("the application's log-in", 300_000, async () => (await logIn(await freshLogin())).ok);
  await sql(
    "create table visits (id serial primary key, note text not null); insert into visits (note) select E'a\\\\b\\t' || n from generate_series(1, 40) n",
  );
  await sql("create table customers (id int primary key, name text)");
  await sql("insert into customers select n, 'before' from generate_series(1, 7) n");
  before = await sql("select md5(string_agg(id || note, ',' order by id)) from visits");
  time = await now();
  // More of its life, then the mistakes.
  await sql("insert into visits (note) values ('too late')");
  await sql("drop table visits");
  await sql("update customers set name = 'wrong'");
  expect(onlyNode(instance).container).toMatch(/^cf-/);
  dry = await recover({ time, tables: "visits", into_schema: "dry" }, ["--dry-run"]);
  dryRun = eventsOf(dry)[0]?.run ?? "";
  dryLeft = await copiesOf([dryRun]);
  ended = await recover({ time, tables: "visits" }, ["--confirm", TARGET]);
  events = eventsOf(ended);
  run = events.at(-1)?.run ?? "";
}, 1_800_000);

afterAll(async () => {
  await rm(programs, { recursive: true, force: true });
  const runs = await readdir(join(foundation.directory, "state", "runs"));
  for (const name of await copiesOf(runs)) await rm(join("/var/tmp", name), { recursive: true, force: true });
  await foundation.stop();
});

describe("the dry run", () => {
  test("prints what would be made, and makes nothing", () => {
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain("dingo-recover archive restore ");
    expect(dry.stdout).toContain("CREATE SCHEMA");
    expect(dryRun).toMatch(/^2\d{7}-/);
    expect(dryLeft).toEqual([]);
  });
});

describe("a table that was dropped", () => {
  test("is back with every row of that time, and none that came later", async () => {
    expect(events.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", exitCode: 0 });
    expect(await sql("select count(*) from visits")).toEqual(["40"]);
    expect(await sql("select md5(string_agg(id || note, ',' order by id)) from visits")).toEqual(before);
  });

  test("belongs to the application, and its numbers go on", async () => {
    const [own = ""] = await sql("select tableowner = current_user from pg_tables where tablename = 'visits'");
    expect(own).toBe("t");
    // A recovery leaves out some numbers of a sequence.
    const [id = ""] = await sql("insert into visits (note) values ('next') returning id");
    expect(Number(id)).toBeGreaterThan(40);
    await sql("delete from visits where note = 'next'");
  });

  test("came beside everything else, which is as it was", async () => {
    expect(await tables()).toEqual(["public.customers", "public.visits"]);
    expect(await sql("select distinct name from customers")).toEqual(["wrong"]);
    expect(foundation.rig.broker.instance(guid).guid).toBe(guid);
  });

  test("left no server, and a copy that nobody else can read", async () => {
    const place = `/var/tmp/dingo-recover-${run}`;
    expect((await stat(join(place, "out", "tables.dump"))).mode & 0o077).toBe(0);
    expect((await readdir(join(place, "data"))).includes("postmaster.pid")).toBe(false);
  });

  test("shows no secret", () => {
    const { superuser, app, admin } = foundation.rig.broker.instance(guid);
    const canaries = {
      ...foundation.secrets,
      "the password of the admin": admin.password,
      "the password of the superuser": superuser.password,
      "the password of the application": app.password,
    };
    expect(secretsBelow(join(foundation.directory, "state"), canaries)).toEqual([]);
    expect(secretsIn(ended.stdout + ended.stderr, canaries)).toEqual([]);
  });
});

describe("the copy", () => {
  test("is deleted by cleanup, once the target is typed, and by nothing else", async () => {
    const place = `/var/tmp/dingo-recover-${run}`;
    const cleaned = await callTool(foundation, ["cleanup", run, "--json", "--yes", "--confirm", TARGET]);
    expect(eventsOf(cleaned).at(-1)).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    await expect(stat(place)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await sql("select count(*) from visits")).toEqual(["40"]);
  });
});

describe("a table that is there", () => {
  test("is never overwritten: refused before a copy is made", async () => {
    const refused = await recover({ time, tables: "customers" }, ["--confirm", TARGET]);
    expect(eventsOf(refused).at(-1)).toMatchObject({ exitCode: 16, error: { code: "name-taken" } });
    expect(await sql("select distinct name from customers")).toEqual(["wrong"]);
  });

  test("comes back beside it, in a schema of its own", async () => {
    const loaded = await recover({ time, tables: "customers", into_schema: "recovered" }, ["--confirm", TARGET]);
    expect(eventsOf(loaded).at(-1)).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await sql("select count(*), min(name) from recovered.customers")).toEqual(["7|before"]);
    expect(await sql("select distinct name from customers")).toEqual(["wrong"]);
    const undone = await callTool(foundation, [
      "undo",
      eventsOf(loaded).at(-1)?.run ?? "",
      "--json",
      "--yes",
      "--confirm",
      TARGET,
    ]);
    expect(undone.exitCode).toBe(0);
    const [aside = ""] = (await tables()).filter((name) => name.startsWith("recovered."));
    expect(aside).toMatch(/^recovered\.dingo-recover-.*\.customers\.dingo-recover-/);
  });
});

describe("a tool that is killed while the copy is recovered", () => {
  test("is resumed to its end, and the server of the killed process is found", async () => {
    let left = "";
    const given = { time, tables: "visits", into_schema: "again" };
    const killed = await recover(given, ["--confirm", TARGET], (tool) => {
      tool.stdout.on("data", (piece: Buffer) => {
        left += piece.toString();
        // The server is on its way, or does its work: whichever it is, nobody stops it.
        if (/"step":"recover"[^\n]*\n/.test(left)) setTimeout(() => tool.kill("SIGKILL"), 300);
      });
    });
    expect(killed.exitCode).toBeUndefined();
    const killedRun = eventsOf(killed)[0]?.run ?? "";
    const resumed = await callTool(foundation, ["resume", killedRun, "--json", "--yes", "--confirm", TARGET]);
    expect(eventsOf(resumed).at(-1)).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(await sql("select count(*) from again.visits")).toEqual(["40"]);
    const place = `/var/tmp/dingo-recover-${killedRun}`;
    expect((await readdir(join(place, "data"))).includes("postmaster.pid")).toBe(false);
  });
});

describe("a time that the archive does not reach", () => {
  test("is refused before anything is made, and said which times there are", async () => {
    const refused = await recover({ time: "2020-01-01T00:00:00Z", tables: "gone" }, ["--confirm", TARGET]);
    expect(eventsOf(refused).at(-1)).toMatchObject({ exitCode: 17, error: { code: "not-restorable" } });
  });
});
