/** A lost database is found among real volumes, copied, asked, dumped and proved; killed in between, and undone. */
import { existsSync } from "node:fs";
import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CopiesFixture, describeDatabaseCopies, TEXT_DUMP } from "../contract/database-copies.ts";
import { cacheDirectory } from "../rig/cache.ts";
import { hostsBy } from "../rig/engine/engine-hosts.ts";
import { ROLE, ROWS, runOf, SalvageScene } from "../rig/engine/salvage-scene.ts";
import { until } from "../rig/until.ts";

/** By how many entries a process has made the journal longer when it is killed, and how much later: one run, again and again. */
const KILLS: readonly (readonly [number, number])[] = [
  [6, 300],
  [6, 100],
  [7, 500],
  [3, 50],
  [4, 1000],
  [4, 300],
  [5, 1500],
  [4, 700],
  [5, 3000],
  [5, 200],
];

describe("a lost database among the volumes of a real engine", () => {
  let scene: SalvageScene;
  let started: SalvageScene | undefined;
  let before = "";
  beforeAll(async () => {
    scene = started = await SalvageScene.start();
    before = await scene.tree();
  });
  afterAll(async () => {
    await started?.engine.stop();
  });

  const run = (given: Readonly<Record<string, string>>): readonly string[] => scene.salvage(given);
  const untouched = async (): Promise<void> => scene.requireUntouched(before);

  describeDatabaseCopies("on a real engine", () => fixtureOf(scene));

  it("lets nothing that is written in a cluster run if it is dumped or loaded", async () => {
    const { copies, programs, path, uid, out } = await fixtureOf(scene);
    const [run, name] = ["20261122-0000-evil", "dingo-recover-20261122-0000-evil-1"];
    const server = { run, programs, volume: name, uid, role: ROLE };
    const fresh = { ...server, volume: `${name}-proof` };
    const isRunning = async (at: typeof server): Promise<boolean> => (await copies.standing(at)) === "accepting";
    const hasRun = async (container: string): Promise<boolean> =>
      (await scene.engine.try("exec", container, "test", "-e", "/tmp/obeyed")).exitCode === 0;
    try {
      for (const each of [server, fresh]) await copies.makeVolume(each.volume, { "dingo-recover.run": run });
      await copies.fill({ run, path, inside: "", to: name, isForServer: true });
      await copies.start(server);
      await until("the copy answers", 60_000, () => isRunning(server));
      for (const text of HOSTILE) await scene.engine.docker(...asSuperuser(name), ROLE, "-c", text);
      const [roles, dump] = [`${out}/evil/roles.sql`, `${out}/evil/all.dump`];
      await copies.dump(server, { database: "", file: roles });
      await copies.dump(server, { database: ROLE, file: dump });
      await copies.startFresh(fresh, name);
      await until("the proof answers", 60_000, () => isRunning(fresh));
      for (const database of ["whole", "forged"])
        await copies.sql(fresh, "postgres", `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8';`);
      expect(await copies.loadRoles(fresh, roles)).toEqual([]);
      expect(await copies.load(fresh, { database: "whole", file: dump })).toEqual([]);
      // A superuser decides how its server prints a view, and so what pg_dump writes.
      await scene.engine.docker(...asSuperuser(name), ROLE, "-c", FORGED);
      await copies.dump(server, { database: ROLE, file: dump });
      expect((await copies.load(fresh, { database: "forged", file: dump }))[0]).toMatch(
        /syntax error at or near "\\"/u,
      );
      expect([await hasRun(name), await hasRun(fresh.volume)]).toEqual([false, false]);
      // As text it is obeyed by psql, when no fence of a newer release stands around it.
      const script = `pg_restore -f - | grep -v restrict | psql -X -q -h /tmp -U ${ROLE} -d forged`;
      const input = await readFile(dump);
      const env = { DOCKER_HOST: scene.engine.endpoint };
      await execa("docker", ["exec", "-i", fresh.volume, "sh", "-c", script], { input, env, reject: false });
      expect(await hasRun(fresh.volume)).toBe(true);
    } finally {
      for (const { volume } of [fresh, server]) {
        await copies.end(volume, run);
        await copies.removeVolume(volume).catch(() => undefined);
      }
    }
  });

  it("finds it by what its files say, and changes not even a time of access", async () => {
    const ran = await scene.begun("look", ...run({}));
    expect(ran.exitCode, ran.all).toBe(13);
    expect(ran.all).toContain(`1. ${scene.lost.slice(0, 12)}… `);
    expect(ran.all.replace(/\s+/gu, " ")).toContain(`has a database "${ROLE}"; names a table "posts"`);
    expect(ran.all.replace(/\s+/gu, " ")).toContain("also somebody's data, not to be deleted: Redis in ");
    await untouched();
    expect(await scene.left()).toEqual([]);
  });

  it("puts its files into a new directory, which a container runs on, and takes that away when nobody does", async () => {
    const into = join(scene.engine.directory, "put-back");
    const ran = await scene.begun("bind", ...run({ volumes: scene.lost, put_back: into }));
    expect(ran.exitCode, ran.all).toBe(0);
    await untouched();
    await scene.run("bound", "postgres:13", "-v", `${into}:/var/lib/postgresql/data`);
    await scene.ready("bound", ROLE);
    expect((await scene.sql("bound", ROLE, "select count(*) from posts", ROLE)).trim()).toBe(String(ROWS));
    const refused = await scene.begun("bind", "undo", runOf(ran.all));
    expect(refused.exitCode, refused.all).toBe(16);
    await scene.engine.docker("rm", "-f", "bound");
    const undone = await scene.begun("bind", "undo", runOf(ran.all));
    expect(undone.exitCode, undone.all).toBe(0);
    expect([existsSync(into), existsSync(`${into}.dingo-recover-${runOf(ran.all)}-undone`)]).toEqual([false, true]);
  });

  it("comes to the same end when it is killed at ten moments", async () => {
    const given = run({ volumes: scene.lost, put_back: "killed_db" });
    let killed = 0;
    for (const [more, later] of KILLS) {
      const before = (await scene.journal("killed")).split("\n").length;
      const tool = scene.begun("killed", ...(killed === 0 ? given : ["resume"]));
      const end = { isOver: false };
      void tool.then(() => (end.isOver = true));
      await until(`the journal has ${more} more entries`, 300_000, async () => {
        return end.isOver || (await scene.journal("killed")).split("\n").length >= before + more;
      });
      await new Promise((resolve) => setTimeout(resolve, later));
      killed += end.isOver ? 0 : 1;
      tool.kill("SIGKILL");
      await tool;
    }
    // The last ones may find a run that has ended already.
    expect(killed).toBeGreaterThan(3);
    const ended = async () => (await scene.journal("killed")).includes('"type":"run-ended"');
    const resumed = (await ended()) ? undefined : await scene.begun("killed", "resume");
    expect(await ended(), resumed?.all).toBe(true);
    expect(await scene.journal("killed")).toContain(`"tables":2,"rows":${ROWS + 2}`);
    expect(await scene.left()).toEqual([]);
    await untouched();
    // Last, because it reads every file and so changes when that was.
    const at = (name: string): string => join(scene.engine.directory, "data", "volumes", name, "_data");
    expect((await execa("diff", ["-r", at(scene.lost), at("killed_db")], { reject: false })).stdout).toBe("");
  });

  it("dumps data of an account that the image has no name for, and says that they sort as Alpine's do", async () => {
    // After all that looks at when a volume's files were read: to copy one reads them.
    const path = (name: string): string => join(scene.engine.directory, "data", "volumes", name, "_data");
    await scene.engine.docker("volume", "create", "of-alpine");
    await execa("cp", ["-a", `${path(scene.named)}/.`, path("of-alpine")]);
    await execa("chown", ["-R", "70:70", path("of-alpine")]);
    const ran = await scene.begun("alpine", ...run({ database: "", table: "", volumes: "of-alpine", dump: "all" }));
    await scene.engine.docker("volume", "rm", "of-alpine");
    expect(ran.exitCode, ran.all).toBe(0);
    const said = ran.all.replace(/\s+/gu, " ");
    expect(said).toContain("run REINDEX first if you run the files themselves");
    expect(said).toContain("1 dump came back whole");
  });

  it("refuses a volume that a container runs on, and says what it is asked by instead", async () => {
    await scene.run("living", "postgres:15", "-v", `${scene.named}:/var/lib/postgresql/data`);
    await scene.ready("living", "postgres");
    const ran = await scene.begun("in-use", ...run({ database: "", table: "", volumes: scene.named, dump: "all" }));
    expect(ran.exitCode, ran.all).toBe(16);
    expect(ran.all.replace(/\s+/gu, " ")).toContain('"living" runs on it'.replaceAll('"', ""));
    await scene.engine.docker("stop", "-t", "60", "living");
    await scene.engine.docker("rm", "living");
  });

  it("prints lines that bring all rows into an empty server, as they are typed", async () => {
    const ran = await scene.begun("typed", ...run({ volumes: scene.lost }));
    expect(ran.exitCode, ran.all).toBe(0);
    const lines = [...ran.all.matchAll(/^ *\$ (docker exec -i CONTAINER .*)$/gmu)].map(([, line = ""]) => line);
    expect(lines).toHaveLength(2);
    await scene.run("typed", "postgres:13", "-e", "PGHOST=127.0.0.1");
    await scene.ready("typed", "postgres");
    for (const line of lines)
      await execa("sh", ["-c", line.replaceAll("CONTAINER", "typed").replaceAll("ROLE", "postgres")], {
        env: scene.env,
      });
    expect((await scene.sql("typed", "postgres", "select count(*) from posts", ROLE)).trim()).toBe(String(ROWS));
    await scene.engine.docker("rm", "-f", "-v", "typed");
  });

  it("saves what starts beside what does not, with a replication slot too, and says so by its exit code", async () => {
    const path = (name: string): string => join(scene.engine.directory, "data", "volumes", name, "_data");
    for (const name of ["beside", "with-slot"]) {
      await scene.engine.docker("volume", "create", name);
      await execa("cp", ["-a", `${path(scene.named)}/.`, path(name)]);
    }
    await execa("sh", ["-c", 'rm -f "$1"/pg_wal/0*', "sh", path("beside")]);
    const words = ["-c", "wal_level=logical"];
    const volume = ["-v", "with-slot:/var/lib/postgresql/data"];
    await scene.engine.docker(
      "run",
      "-d",
      "--network",
      "none",
      "--name",
      "slot",
      ...volume,
      "postgres:15",
      "postgres",
      ...words,
    );
    await scene.ready("slot", "postgres");
    await scene.sql("slot", "postgres", "create database nolog");
    await scene.sql("slot", "postgres", "create table kept as select g from generate_series(1, 7) g", "nolog");
    await scene.sql("slot", "postgres", "alter database nolog allow_connections false");
    await scene.sql("slot", "postgres", "select pg_create_logical_replication_slot('cdc', 'pgoutput')");
    await scene.engine.docker("stop", "-t", "60", "slot");
    await scene.engine.docker("rm", "slot");
    const ran = await scene.begun(
      "beside",
      ...run({ database: "", table: "", volumes: "beside,with-slot", dump: "all" }),
    );
    const said = ran.all.replace(/\s+/gu, " ");
    expect(ran.exitCode, ran.all).toBe(20);
    expect(said).toContain("NOT READ: beside: PostgreSQL does not start on the copy: its WAL is missing or damaged");
    expect(said).toContain("nolog: 1 table, 7 rows");
    expect(await scene.left()).toEqual([]);
    await scene.engine.docker("volume", "rm", "beside", "with-slot");
  });

  it("copies the WAL and the tablespace that lie in other volumes, and names the one that is lost", async () => {
    const path = (name: string): string => join(scene.engine.directory, "data", "volumes", name, "_data");
    for (const name of ["linked", "walvol", "spaces"]) await scene.engine.docker("volume", "create", name);
    await execa("cp", ["-a", `${path(scene.named)}/.`, path("linked")]);
    await execa("install", ["-d", "-o", String((await stat(path("linked"))).uid), join(path("spaces"), "fast")]);
    await scene.run("spaced", "postgres:15", "-v", "linked:/var/lib/postgresql/data", "-v", "spaces:/ts");
    await scene.ready("spaced", "postgres");
    await scene.sql("spaced", "postgres", "create tablespace fast location '/ts/fast'");
    await scene.sql("spaced", "postgres", "checkpoint");
    await scene.sql("spaced", "postgres", "create table far tablespace fast as select generate_series(1, 33) g");
    // As after a crash: the rows are in the WAL alone.
    await scene.engine.docker("kill", "spaced");
    await scene.engine.docker("rm", "spaced");
    const both = ["-v", "linked:/data", "-v", "spaces:/ts"];
    await execa("mv", [join(path("linked"), "pg_wal"), join(path("walvol"), "pg_wal")]);
    await symlink("/walvol/pg_wal", join(path("linked"), "pg_wal"));
    const before = await scene.tree("linked", "walvol", "spaces");
    const given = run({ database: "", table: "", volumes: "linked", dump: "all" });
    const unproven = await scene.begun("unproven", ...given);
    expect(unproven.exitCode, unproven.all).toBe(20);
    expect(unproven.all.replace(/\s+/gu, " ")).toContain(`docker create ${both.join(" ")} IMAGE`);
    await scene.engine.docker("create", "--name", "both", ...both, "postgres:15");
    const whole = await scene.begun("linked", ...given);
    expect(whole.exitCode, whole.all).toBe(0);
    const said = whole.all.replace(/\s+/gu, " ");
    expect(said).toContain("its pg_wal is a link to /walvol/pg_wal: it lies in walvol/pg_wal, and is copied too");
    expect(said).toContain("postgres: 2 tables, 83 rows");
    expect(withoutReads(await scene.tree("linked", "walvol", "spaces"))).toBe(withoutReads(before));
    await scene.engine.docker("rm", "both");
    await scene.engine.docker("volume", "rm", "spaces");
    const part = await scene.begun("unlinked", ...given);
    expect(part.exitCode, part.all).toBe(20);
    expect(part.all.replace(/\s+/gu, " ")).toMatch(
      /NOT READ: linked: its pg_tblspc\/\d+ is a link to \/ts\/fast: no volume or bind of this host has PG_15_\d+ there; tables in it are lost/u,
    );
    expect(part.all).toContain("orders 50");
    await scene.engine.docker("volume", "rm", "linked", "walvol");
  });

  it("names the locale that no image has and saves the rest, and all once the printed line has made an image", async () => {
    const sh = async (line: string): Promise<string> =>
      (await execa("sh", ["-c", line], { env: { ...scene.env, DOCKER_BUILDKIT: "0" } })).stdout;
    const localedef = "RUN localedef -i de_DE -f UTF-8 de_DE.UTF-8";
    await sh(`printf 'FROM postgres:15\\n${localedef}\\n' | docker build --network none -t laden/db:15 -`);
    await scene.run("laden", "laden/db:15", "-v", "laden:/var/lib/postgresql/data");
    await scene.ready("laden", "postgres");
    for (const [name, like] of [
      ["kunden", "lc_collate 'de_DE.UTF-8' lc_ctype 'de_DE.UTF-8'"],
      ["sorten", "lc_collate 'C' lc_ctype 'C' locale_provider icu icu_locale 'de-DE-u-co-phonebk'"],
    ] as const) {
      await scene.sql("laden", "postgres", `create database ${name} template template0 encoding 'UTF8' ${like}`);
      await scene.sql("laden", "postgres", "create table t as select g::text x from generate_series(1, 7) g", name);
      await scene.sql("laden", "postgres", "create index on t (x)", name);
    }
    await scene.engine.docker("stop", "-t", "60", "laden");
    await scene.engine.docker("rm", "laden");
    await scene.engine.docker("image", "rm", "laden/db:15");
    const given = run({ database: "", table: "", volumes: "laden", dump: "all" });
    const part = await scene.begun("foreign", ...given);
    expect(part.exitCode, part.all).toBe(20);
    const said = part.all.replace(/\s+/gu, " ");
    expect(said).toContain(
      'kunden: it could not be dumped: the locale "de_DE.UTF-8" is in none of the image postgres:15',
    );
    expect(said).toContain("sorten: 1 table, 7 rows");
    const [, line = ""] = /run "(printf 'FROM [^"]*)"/u.exec(said) ?? [];
    await sh(line.replace("docker build", "docker build --network none"));
    const whole = await scene.begun("native", ...given);
    expect(whole.exitCode, whole.all).toBe(0);
    expect(whole.all.replace(/\s+/gu, " ")).toContain("kunden: 1 table, 7 rows");
    await scene.run("typed", "postgres-with-de_de", "-e", "PGHOST=127.0.0.1");
    await scene.ready("typed", "postgres");
    for (const [, typed = ""] of whole.all.matchAll(/^ *\$ (docker exec -i CONTAINER .*)$/gmu))
      await sh(typed.replaceAll("CONTAINER", "typed").replaceAll("ROLE", "postgres"));
    const asked =
      "select datname, datlocprovider, datcollate, daticulocale from pg_database where datname ~ 'en$' order by 1";
    expect((await scene.sql("typed", "postgres", asked)).trim().split("\n")).toEqual([
      "kunden|c|de_DE.UTF-8|",
      "sorten|i|C|de-DE-u-co-phonebk",
    ]);
    await scene.engine.docker("rm", "-f", "-v", "typed");
    await scene.engine.docker("volume", "rm", "laden");
    await scene.engine.docker("image", "rm", "postgres-with-de_de");
  });

  it("needs no image of the release if a directory has its programs", async () => {
    await scene.engine.docker("image", "rm", "-f", "postgres:13");
    const without = await scene.begun("no-image", ...run({ volumes: scene.lost }));
    expect(without.exitCode, without.all).toBe(15);
    expect(without.all.replace(/\s+/gu, " ")).toContain("docker pull postgres:13");
    const directory = join(cacheDirectory, "pgsql-13.14", "bin");
    const ran = await scene.begun("programs", ...run({ volumes: scene.lost, postgres_bin: directory }));
    expect(ran.exitCode, ran.all).toBe(0);
    expect(ran.all.replace(/\s+/gu, " ")).toContain(`${ROLE}: 2 tables, ${ROWS + 2} rows`);
  });

  it("says of a volume without its WAL what is wrong, and leaves it as it is", async () => {
    const path = (name: string): string => join(scene.engine.directory, "data", "volumes", name, "_data");
    await scene.engine.docker("volume", "create", "without-wal");
    await execa("cp", ["-a", `${path(scene.named)}/.`, path("without-wal")]);
    await execa("sh", ["-c", 'rm -f "$1"/pg_wal/0*', "sh", path("without-wal")]);
    const here = await scene.tree("without-wal");
    const ran = await scene.begun("no-wal", ...run({ database: "", table: "", volumes: "without-wal", dump: "all" }));
    expect(ran.exitCode, ran.all).toBe(12);
    expect(ran.all.replace(/\s+/gu, " ")).toContain("its WAL is missing or damaged");
    expect(await scene.tree("without-wal")).toBe(here);
    const undone = await scene.begun("no-wal", "undo", runOf(ran.all));
    expect(undone.exitCode, undone.all).toBe(0);
    expect(await scene.left()).toEqual([]);
  });

  it("says what can remain if `down -v` has removed them", async () => {
    const all = (await scene.engine.docker("volume", "ls", "-q")).split("\n").filter((name) => name !== "");
    await scene.engine.docker("volume", "rm", ...all);
    const ran = await scene.begun("gone", ...run({}));
    expect(ran.exitCode, ran.all).toBe(17);
    expect(ran.all.replace(/\s+/gu, " ")).toContain('"down -v" and a prune remove volumes for good');
  });
});

/** A copy reads every file. */
const withoutReads = (tree: string): string => tree.replaceAll(/ \d+\.\d+$/gmu, "");

const asSuperuser = (container: string): readonly string[] =>
  `exec ${container} psql -X -q -h /tmp -U ${ROLE} -v ON_ERROR_STOP=1 -d`.split(" ");

const EVIL = "x\n\\! touch /tmp/obeyed\n";
/** Each name and comment is a line for psql, when something takes it out of its quotes. */
const HOSTILE = [
  `create table "${EVIL}" ("${EVIL}" int); comment on table "${EVIL}" is '${EVIL}'`,
  `create view "view ${EVIL}" as select 1 as "${EVIL}"`,
  `create function "${EVIL}"() returns int language sql as 'select 1'; comment on function "${EVIL}"() is '${EVIL}'`,
  `create schema "${EVIL}"; create type "${EVIL}"."${EVIL}" as enum ('${EVIL}')`,
  `create role "${EVIL}"; comment on role "${EVIL}" is '${EVIL}'; alter role "${EVIL}" set search_path to "${EVIL}"`,
  `alter table "${EVIL}" owner to "${EVIL}"; insert into "${EVIL}" values (1)`,
];
const FORGED = `create or replace function pg_catalog.pg_get_viewdef(oid) returns text language sql as
  $$select E'select 1 as x;\\n\\\\! touch /tmp/obeyed\\nselect 2'$$`;

async function fixtureOf(scene: SalvageScene): Promise<CopiesFixture> {
  const hosts = hostsBy(scene.env);
  const host = await hosts.open({ host: "", sudo: false });
  const image = (await host.images()).find(({ tags }) => tags.includes("postgres:13"));
  const volume = (await host.volumes()).find(({ name }) => name === scene.lost);
  const path = volume?.mountpoint ?? "";
  return {
    copies: await hosts.copies({ host: "", sudo: false }),
    programs: { image: image?.id ?? "", volumes: image?.volumes ?? [], directory: "", major: "13" },
    ...{ path, role: ROLE, database: ROLE, table: "posts", rows: ROWS },
    uid: (await stat(path)).uid,
    out: scene.engine.directory,
    spoiled: async (file) => {
      const whole = await readFile(file);
      await writeFile(`${file}.torn`, whole.subarray(0, -1));
      await writeFile(`${file}.text`, TEXT_DUMP);
      return { torn: `${file}.torn`, text: `${file}.text` };
    },
    original: () => scene.tree(scene.lost),
  };
}
