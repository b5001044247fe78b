/**
 * The page's Mastodon stack on a separate engine, by either generation of Compose: databases without a place for their
 * data.
 */
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { ComposeGeneration as Generation } from "../../../src/kit/commands/compose-commands.ts";
import { cacheDirectory } from "../cache.ts";
import { ed25519KeyPair, HOST_KEY, ShellServer } from "../../kit/ssh/shell-server.ts";
import type { OwnEngine } from "./own-engine.ts";
import { until } from "../until.ts";
import { AS_INSTALLED, TOOL } from "../../tool.ts";

const PAGE = new URL("../../docker/compose/mastodon-1.3.2.yml", import.meta.url);
const UP_MS = 300_000;
const PATHS = "PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export class ComposeStack {
  readonly directory: string;
  readonly generation: Generation;
  readonly #engine: OwnEngine;

  constructor(engine: OwnEngine, generation: Generation) {
    this.#engine = engine;
    this.generation = generation;
    this.directory = join(engine.directory, generation, "mastodon");
  }

  get file(): string {
    return join(this.directory, "docker-compose.yml");
  }

  container(service: string): string {
    return ["mastodon", service, "1"].join(this.generation === "v1" ? "_" : "-");
  }

  /** Once for an engine: images of one root file system, and the plugin of the second generation. */
  static async prepare(engine: OwnEngine): Promise<void> {
    const plugins = join(engine.directory, "config", "cli-plugins");
    await mkdir(plugins, { recursive: true });
    await symlink(join(cacheDirectory, "bin", "compose"), join(plugins, "docker-compose"));
    const tar = join(cacheDirectory, "compose-stack.tar");
    const image = (tag: string, ...changes: readonly string[]) =>
      engine.docker("import", ...["ENV " + PATHS, ...changes].flatMap((change) => ["-c", change]), tar, tag);
    const data = "/var/lib/postgresql/data";
    await image("postgres:15", `ENV PGDATA=${data}`, `VOLUME ${data}`, 'ENTRYPOINT ["pg-entry"]', 'CMD ["postgres"]');
    // A database whose image makes no volume keeps its data in the container itself.
    await image("local/postgres:15", `ENV PGDATA=${data}`, 'ENTRYPOINT ["pg-entry"]', 'CMD ["postgres"]');
    await image("redis:7", "VOLUME /data", "WORKDIR /data", 'CMD ["redis-server", "--protected-mode", "no"]');
    await image("gargron/mastodon", 'CMD ["web"]');
  }

  /**
   * From nothing: the page's file but for images and commands, and for the edits of `change`; rows in both databases.
   */
  async begin(change: (text: string) => string = (text) => text): Promise<void> {
    const engine = this.#engine;
    const words = async (...list: readonly string[]) =>
      (await engine.docker(...list)).split("\n").filter((id) => id !== "");
    const left = await words("ps", "-aq");
    if (left.length > 0) await engine.docker("rm", "-f", ...left);
    const volumes = await words("volume", "ls", "-q");
    if (volumes.length > 0) await engine.docker("volume", "rm", ...volumes);
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory, { recursive: true });
    await writeFile(this.file, change(await pageFile()));
    await copyFile("/dev/null", join(this.directory, ".env.production"));
    await this.compose("up", "-d");
    await until(
      "the database answers",
      UP_MS,
      async () => (await engine.try("exec", this.container("db"), "pg_isready", "-q")).exitCode === 0,
    );
    await this.sql("create table accounts as select g id from generate_series(1, 1000) g");
    await engine.docker("exec", this.container("redis"), "redis-cli", "set", "a", "b");
  }

  get #env() {
    const engine = this.#engine;
    return { DOCKER_HOST: engine.endpoint, DOCKER_CONFIG: join(engine.directory, "config") };
  }

  async compose(...args: readonly string[]): Promise<string> {
    const [program = "", ...first] = this.generation === "v1" ? ["docker-compose"] : ["docker", "compose"];
    const { stdout, stderr } = await execa(program, [...first, ...args], { cwd: this.directory, env: this.#env });
    return stdout + stderr;
  }

  async sql(text: string): Promise<string> {
    const psql = ["psql", "-X", "-q", "-A", "-t", "-U", "postgres", "-c", text];
    return await this.#engine.docker("exec", this.container("db"), ...psql);
  }

  async mountsOf(service: string): Promise<string> {
    const format = "{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}}{{end}}";
    return (await this.#engine.docker("inspect", "-f", format, this.container(service))).trim();
  }

  /** dingo-recover, where the engine's published ports are: in its network. */
  async tool(state: string, ...args: readonly string[]) {
    return await this.begun(state, ...args);
  }

  begun(state: string, ...args: readonly string[]) {
    const pid = join(this.#engine.directory, "docker.pid");
    const within = ["-c", 'exec nsenter -t "$(cat "$0")" -n "$@"', pid];
    const words = [...within, process.execPath, TOOL, ...args, ...flags(state)];
    const env = { ...AS_INSTALLED, ...this.#env, HOME: state, PATH: process.env["PATH"] };
    return execa("sh", words, { env, extendEnv: false, reject: false, all: true });
  }

  /** dingo-recover on another machine, which reaches this one by SSH alone. */
  async fromAfar(state: string, ...args: readonly string[]) {
    const key = ed25519KeyPair();
    const before = { ...process.env };
    Object.assign(process.env, this.#env);
    const server = await ShellServer.start({ accounts: { root: { publicKeys: [key.public] } } });
    const home = join(this.#engine.directory, "afar");
    await mkdir(join(home, ".ssh"), { recursive: true });
    await writeFile(join(home, ".ssh", "known_hosts"), `[127.0.0.1]:${server.port} ${HOST_KEY.public}\n`);
    await writeFile(join(home, "key"), key.private, { mode: 0o600 });
    const SSH_AUTH_SOCK = join(home, "agent");
    const agent = execa("ssh-agent", ["-D", "-a", SSH_AUTH_SOCK], { reject: false });
    try {
      await until("the agent listens", UP_MS, async () => (await readdir(home)).includes("agent"));
      await execa("ssh-add", [join(home, "key")], { env: { SSH_AUTH_SOCK } });
      const env = { HOME: home, PATH: process.env["PATH"], SSH_AUTH_SOCK };
      const words = [TOOL, ...args, "--input", `host=root@127.0.0.1:${server.port}`, ...flags(state)];
      return await execa(process.execPath, words, { env, extendEnv: false, reject: false, all: true });
    } finally {
      agent.kill();
      await server.stop();
      for (const name of Object.keys(this.#env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  }

  /** How many entries the only run's journal has: one that is open ends in empty lines. */
  async journaled(state: string): Promise<number> {
    const runs = join(state, "runs");
    const [run = ""] = await readdir(runs).catch(() => []);
    const text = await readFile(join(runs, run, "journal.jsonl"), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "").length;
  }
}

const flags = (state: string): readonly string[] =>
  `--state-dir ${state} --non-interactive --yes --confirm mastodon`.split(" ");

/** Applications that do not care for a signal are killed at once: waiting for each of them is no part of the test. */
async function pageFile(): Promise<string> {
  return (await readFile(PAGE, "utf8"))
    .replace("postgres:alpine", "postgres:15")
    .replace("redis:alpine", "redis:7")
    .replaceAll("    build: .\n", "")
    .replace(/command: bundle exec rails.*/u, "command: web\n    stop_signal: SIGKILL")
    .replaceAll(/command: (?:npm|bundle).*/gu, "command: sleep 1000000\n    stop_signal: SIGKILL");
}
