/** A real PostgreSQL server on a data directory, with a socket and no port. */
import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { end } from "../server.ts";
import type { Archiver } from "./archiver.ts";
import { type Chronicle, parseLsn } from "./chronicle.ts";
import type { PostgresqlVersion, Workshop } from "./workshop.ts";

const LIMIT_MS = 300_000;
const READY = /database system is ready to accept connections/;

export interface Recovery {
  /** `latest` or a number. */
  readonly timeline: string;
  /** Name of a restore point, or a time; without one the recovery goes on to the end. */
  readonly target?: string | Date;
}

export interface Cluster {
  readonly workshop: Workshop;
  readonly version: PostgresqlVersion;
  readonly archiver: Archiver;
}

/** The outcome of a start. */
export interface Started {
  readonly ready: boolean;
  readonly log: string;
}

export class Postgres {
  private process: ChildProcess | undefined;
  private starts = 0;

  /** `home` holds the data directory and the logs; the socket is there too, or in a folder below. */
  readonly cluster: Cluster;
  readonly home: string;
  private readonly socket: "" | "data";

  constructor(cluster: Cluster, home: string, socket: "" | "data" = "") {
    this.cluster = cluster;
    this.home = home;
    this.socket = socket;
  }

  get data(): string {
    return join(this.home, "data");
  }

  private get log(): string {
    return join(this.home, `log-${this.starts}`);
  }

  static async initialize(cluster: Cluster): Promise<Postgres> {
    const server = new Postgres(cluster, await cluster.workshop.folder());
    const { data } = server;
    const how = ["--no-locale", "-E", "UTF8", "-A", "trust", "-U", "postgres", "--nosync"];
    await cluster.workshop.must([server.program("initdb"), "-D", data, ...how]);
    await server.configure({ archiving: true });
    return server;
  }

  /** Replaces the present configuration. With a recovery, the next start restores. */
  async configure({
    archiving,
    recovery,
  }: {
    readonly archiving: boolean;
    readonly recovery?: Recovery;
  }): Promise<void> {
    const { archiver, workshop, version } = this.cluster;
    const commands = await archiver.commands(this.home);
    const settings = [
      `listen_addresses = ''`,
      `unix_socket_directories = ${quoted(this.home)}`,
      "fsync = off",
      "shared_buffers = 16MB",
      "max_wal_senders = 3",
      "wal_level = replica",
      "hot_standby = off",
      "autovacuum = off",
      "checkpoint_timeout = 1h",
      "log_checkpoints = on",
      "timezone = 'UTC'",
      "log_timezone = 'UTC'",
      `archive_mode = ${archiving ? "on" : "off"}`,
      `archive_command = ${quoted(`${commands.push} %p`)}`,
    ];
    const restoring =
      recovery === undefined
        ? []
        : [
            `restore_command = ${quoted(`${commands.fetch} %f %p`)}`,
            `recovery_target_timeline = ${quoted(recovery.timeline)}`,
            ...(recovery.target === undefined ? [] : targetOf(recovery.target)),
          ];
    const own = async (name: string, lines: readonly string[]): Promise<void> => {
      const path = join(this.data, name);
      await writeFile(path, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
      await workshop.own(path);
    };
    const old = version.startsWith("9.");
    await own("postgresql.conf", old ? settings : [...settings, ...restoring]);
    await own("pg_hba.conf", ["local all all trust", "local replication all trust"]);
    await own("pg_ident.conf", []);
    for (const name of ["recovery.conf", "recovery.signal", "recovery.done"]) {
      await rm(join(this.data, name), { force: true });
    }
    if (recovery !== undefined) await own(old ? "recovery.conf" : "recovery.signal", old ? restoring : []);
  }

  /** Waits until the server takes connections as a primary, or has given up. */
  async tryStart(): Promise<Started> {
    this.starts += 1;
    const log = await open(this.log, "a");
    const { workshop } = this.cluster;
    const [program, ...args] = workshop.unprivileged([this.program("postgres"), "-D", this.data]);
    const child = spawn(program, args, { cwd: this.home, env: { LANG: "C.UTF-8" }, stdio: ["ignore", log.fd, log.fd] });
    this.process = child;
    await log.close();
    if (child.pid !== undefined) await workshop.ledger.process("process", child.pid);
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const gone = child.exitCode !== null || child.signalCode !== null;
      const said = await this.said();
      if (READY.test(said)) return { ready: true, log: said };
      if (gone) return { ready: false, log: said };
      if (Date.now() > end) {
        await this.stop("SIGKILL");
        return { ready: false, log: `${said}\nnot ready after ${LIMIT_MS / 1000} s` };
      }
      await pause(50);
    }
  }

  /** Its output since it was started. */
  said(): Promise<string> {
    return readFile(this.log, "utf8");
  }

  async start(): Promise<void> {
    const { ready, log } = await this.tryStart();
    if (!ready) throw new Error(`PostgreSQL did not start: ${log.slice(-2000)}`);
  }

  /** `SIGQUIT` is a crash: nothing more is archived. `SIGINT` archives the open segment. */
  async stop(signal: "SIGQUIT" | "SIGINT" | "SIGKILL" = "SIGQUIT"): Promise<void> {
    if (this.process !== undefined) await end(this.process, signal);
    this.process = undefined;
  }

  /** The lines of the answer, without headers. */
  async sql(...statements: readonly string[]): Promise<readonly string[]> {
    const psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
    const input = statements.map((statement) => `${this.spoken(statement)};\n`).join("");
    const answer = await this.cluster.workshop.must(
      [...psql, "-h", join(this.home, this.socket), "-U", "postgres", "-d", "postgres"],
      {
        input,
      },
    );
    return answer === "" ? [] : answer.split("\n");
  }

  /** Commits one row, with some pages of ballast, and notes where it lies. */
  async mark(chronicle: Chronicle): Promise<number> {
    const number = chronicle.number();
    const [where = "", at = "", file = ""] = await this.sql(
      `insert into ballast select ${number}, md5(random()::text) from generate_series(1, 300)`,
      `insert into marks values (${number})`,
      "select pg_current_wal_insert_lsn()",
      "select extract(epoch from clock_timestamp()) * 1000",
      "select pg_walfile_name(pg_current_wal_insert_lsn())",
    );
    const timeline = Number.parseInt(file.slice(0, 8), 16);
    chronicle.note({ number, timeline, lsn: parseLsn(where), at: new Date(Math.ceil(Number(at))) });
    return number;
  }

  /** Ends the open segment. */
  async turn(): Promise<void> {
    await this.sql("select pg_switch_wal()");
  }

  /** Until everything that was turned is in the archive. */
  async archived(): Promise<void> {
    const end = Date.now() + LIMIT_MS;
    const waiting = "select count(*) from pg_ls_dir('pg_wal/archive_status') as name where name like '%.ready'";
    while ((await this.sql(waiting))[0] !== "0") {
      if (Date.now() > end) throw new Error("the archiver does not come to an end");
      await pause(100);
    }
  }

  /** Dies and comes back on a new timeline that begins in the middle of the open segment, as after a failover. */
  async failOver(chronicle: Chronicle, child: number): Promise<void> {
    const [where = "", file = ""] = await this.sql(
      "select pg_current_wal_insert_lsn()",
      "select pg_walfile_name(pg_current_wal_insert_lsn())",
    );
    await this.archived();
    await this.stop("SIGQUIT");
    await this.configure({ archiving: true, recovery: { timeline: "latest" } });
    await this.start();
    chronicle.fork({ child, parent: Number.parseInt(file.slice(0, 8), 16), at: where });
  }

  program(name: "initdb" | "postgres"): string {
    return this.cluster.workshop.program(`pgsql-${this.cluster.version}`, "bin", name);
  }

  /** 9.6 has other names for the same. */
  private spoken(statement: string): string {
    if (!this.cluster.version.startsWith("9.")) return statement;
    return statement
      .replaceAll("pg_current_wal_insert_lsn", "pg_current_xlog_insert_location")
      .replaceAll("pg_walfile_name", "pg_xlogfile_name")
      .replaceAll("pg_switch_wal", "pg_switch_xlog")
      .replaceAll("pg_wal/", "pg_xlog/");
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function targetOf(target: string | Date): readonly string[] {
  const what =
    typeof target === "string"
      ? `recovery_target_name = ${quoted(target)}`
      : `recovery_target_time = ${quoted(target.toISOString())}`;
  return [what, "recovery_target_action = 'promote'"];
}
