/**
 * A separate engine with volumes that containers have left behind: two releases of PostgreSQL, Redis, and plain ones.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../cache.ts";
import { OwnEngine } from "./own-engine.ts";
import { until } from "../until.ts";
import { AS_INSTALLED, TOOL } from "../../tool.ts";

const PGDATA = "/var/lib/postgresql/data";
const UP_MS = 300_000;
/** Releases that were built by others have their sockets elsewhere. */
const SERVER = ["-X", "-h", "127.0.0.1"] as const;
const PLAIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const LEFT_EMPTY = 6;

export const ROWS = 1000;
export const ROLE = "originalenclosure";
export const ODD_TABLE = "Odd Name'; --";

/** The run that the tool named in its output. */
export const runOf = (said: string): string => /run (\S+),/u.exec(said)?.[1] ?? "";

export class SalvageScene {
  readonly engine: OwnEngine;
  /** The volume that is looked for, of PostgreSQL 13, whose server was killed. */
  lost = "";
  /** Of PostgreSQL 15, shut down in good time, with a name. */
  readonly named = "oldshop_db";

  private constructor(engine: OwnEngine) {
    this.engine = engine;
  }

  static async start(): Promise<SalvageScene> {
    const scene = new SalvageScene(await OwnEngine.start());
    try {
      await scene.#images();
      await scene.#fill();
      return scene;
    } catch (error) {
      await scene.engine.stop();
      throw error;
    }
  }

  get env() {
    const { endpoint: DOCKER_HOST, directory: HOME } = this.engine;
    return { ...AS_INSTALLED, DOCKER_HOST, HOME, PATH: process.env["PATH"] };
  }

  /** dingo-recover, without anybody to ask. */
  begun(state: string, ...args: readonly string[]) {
    const flags = ["--state-dir", join(this.engine.directory, state), "--non-interactive", "--yes"];
    // The engine names itself after its machine, and that is the target.
    const confirmed = ["--confirm", hostname()];
    return execa(process.execPath, [TOOL, ...args, ...flags, ...confirmed], {
      env: this.env,
      extendEnv: false,
      reject: false,
      all: true,
    });
  }

  /** Words of a run that looks for the database which is lost. */
  salvage(given: Readonly<Record<string, string>>): readonly string[] {
    const all = { database: ROLE, table: "posts", around: "1h ago", dump: ROLE, out: this.engine.directory, ...given };
    return [
      "run",
      "salvage-docker-volumes",
      ...Object.entries(all).flatMap(([name, value]) => ["--input", `${name}=${value}`]),
    ];
  }

  /** Throws if anything differs from `before`, the tree at the beginning. */
  async requireUntouched(before: string): Promise<void> {
    const names = before.split("\n").flatMap((line) => /\/volumes\/([^/]+)\/_data /u.exec(line)?.[1] ?? []);
    const was = new Set(before.split("\n"));
    const lines = (await this.tree(...new Set(names))).split("\n");
    const changed = lines.filter((line) => !was.has(line));
    if (changed.length > 0 || lines.length !== was.size)
      throw new Error(`${lines.length} entries, before ${was.size}; changed:\n${changed.join("\n")}`);
  }

  async journal(state: string): Promise<string> {
    const runs = join(this.engine.directory, state, "runs");
    const [run = ""] = await readdir(runs).catch(() => []);
    const text = await readFile(join(runs, run, "journal.jsonl"), "utf8").catch(() => "");
    // An open journal is as long as its file system gives room, in newlines.
    return text.trimEnd();
  }

  /**
   * Everything below those volumes with every time. For files that includes the time of access, which a mere listing of
   * directories leaves alone.
   */
  async tree(...names: readonly string[]): Promise<string> {
    const all = names.length > 0 ? names : (await this.engine.docker("volume", "ls", "-q")).split("\n");
    const own = all.filter((name) => name !== "" && !name.startsWith("dingo-recover-"));
    const paths = own.sort().map((name) => join(this.engine.directory, "data", "volumes", name, "_data"));
    const same = "%p %y %s %T@ %C@ %U:%G %m";
    const tell = ["-type", "f", "-printf", `${same} %A@\\n`, "-o", "-printf", `${same}\\n`];
    const { stdout } = await execa("find", [...paths, ...tell]);
    return stdout.split("\n").sort().join("\n");
  }

  /** The objects that the run has made and should not leave. */
  async left(): Promise<readonly string[]> {
    const ours = ["--filter", "name=dingo-recover-"];
    const volumes = await this.engine.docker("volume", "ls", "-q", ...ours);
    const containers = await this.engine.docker("ps", "-a", "--format", "{{.Names}}", ...ours);
    return `${volumes}\n${containers}`.split("\n").filter((name) => name !== "");
  }

  async run(name: string, image: string, ...words: readonly string[]): Promise<void> {
    await this.engine.docker("run", "-d", "--network", "none", "--name", name, ...words, image);
  }

  async ready(name: string, role: string): Promise<void> {
    const ask = ["exec", name, "psql", ...SERVER, "-U", role, "-d", "postgres", "-c", "select 1"];
    await until(`${name} answers`, UP_MS, async () => (await this.engine.try(...ask)).exitCode === 0);
  }

  async sql(name: string, role: string, text: string, database = "postgres"): Promise<string> {
    const ask = [...SERVER, "-q", "-A", "-t", "-U", role, "-d", database, "-c", text];
    return await this.engine.docker("exec", name, "psql", ...ask);
  }

  async volumeOf(container: string): Promise<string> {
    return (await this.engine.docker("inspect", "-f", "{{range .Mounts}}{{.Name}}{{end}}", container)).trim();
  }

  async #images(): Promise<void> {
    const tar = join(cacheDirectory, "compose-stack.tar");
    const changes = [
      `ENV PATH=/usr/lib/postgresql/15/bin:${PLAIN} PGDATA=${PGDATA} PG_MAJOR=15`,
      `VOLUME ${PGDATA}`,
      'ENTRYPOINT ["pg-entry"]',
      'CMD ["postgres"]',
    ];
    await this.engine.docker("import", ...changes.flatMap((change) => ["-c", change]), tar, "postgres:15");
    await this.#built("postgres:13", [
      "COPY pgsql /usr/lib/postgresql/13",
      `ENV PATH=/usr/lib/postgresql/13/bin:/usr/lib/postgresql/15/bin:${PLAIN} PG_MAJOR=13`,
    ]);
    await this.#built("redis:7", [
      "ENV PG_MAJOR=",
      "ENTRYPOINT []",
      'CMD ["redis-server", "--dir", "/data", "--save", "1 1", "--protected-mode", "no"]',
      "VOLUME /data",
    ]);
  }

  async #built(tag: string, lines: readonly string[]): Promise<void> {
    const context = join(this.engine.directory, "context");
    await rm(context, { recursive: true, force: true });
    await mkdir(context);
    await cp(join(cacheDirectory, "pgsql-13.14"), join(context, "pgsql"), { recursive: true, verbatimSymlinks: true });
    await writeFile(join(context, "Dockerfile"), ["FROM postgres:15", ...lines, ""].join("\n"));
    await execa("docker", ["build", "-q", "-t", tag, context], { env: { ...this.env, DOCKER_BUILDKIT: "0" } });
    await rm(context, { recursive: true });
  }

  async #fill(): Promise<void> {
    const { engine } = this;
    await this.run("blog", "postgres:13", "-e", `POSTGRES_USER=${ROLE}`);
    await this.run("shop", "postgres:15", "-v", `${this.named}:${PGDATA}`);
    for (let each = 0; each < LEFT_EMPTY; each += 1) await this.run(`up-${each}`, "postgres:15");
    await this.run("cache", "redis:7");
    await this.ready("blog", ROLE);
    await this.sql("blog", ROLE, `create database ${ROLE}`);
    const odd = `"${ODD_TABLE}"`;
    for (const text of [
      "create role writer login password 'canary-of-the-writer'",
      "create table posts (id serial primary key, title text, created_at timestamptz default now())",
      // Rows that are written from here on are in the WAL alone when the server is killed.
      "checkpoint",
      `insert into posts (title) select 'post ' || g from generate_series(1, ${ROWS}) g`,
      "alter table posts owner to writer",
      `create table ${odd} (x int)`,
      `insert into ${odd} values (1), (2)`,
    ])
      await this.sql("blog", ROLE, text, ROLE);
    await this.ready("shop", "postgres");
    await this.sql("shop", "postgres", "create table orders as select g from generate_series(1, 50) g");
    for (let each = 0; each < LEFT_EMPTY; each += 1) await this.ready(`up-${each}`, "postgres");
    await until("redis has saved", UP_MS, async () => {
      await engine.try("exec", "cache", "redis-cli", "set", "a", "b");
      return (await engine.try("exec", "cache", "redis-cli", "save")).exitCode === 0;
    });
    this.lost = await this.volumeOf("blog");
    // As `docker-compose down` after a crash: containers go, volumes without a name stay.
    await engine.docker("kill", "blog");
    const others = ["shop", "cache", ...Array.from({ length: LEFT_EMPTY }, (_, each) => `up-${each}`)];
    await engine.docker("stop", "-t", "60", ...others);
    await engine.docker("rm", "blog", ...others);
    for (let each = 0; each < 20; each += 1) await engine.docker("volume", "create");
    await engine.docker("volume", "create", "odd-name_1.x");
  }
}
