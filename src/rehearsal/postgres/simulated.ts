/**
 * A PostgreSQL on the rehearser's machine that is none: it starts on a copy that the tool has restored, recovers it up
 * to the time that stands in `recovery.conf`, prints the lines of a real one (PostgreSQL 11, xlog.c), and answers. The
 * world that the archive belongs to knows the data in the copy.
 */
import {
  chownSync,
  existsSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { WorldHost } from "../box/world-host.ts";
import { copyOf } from "../world/copy.ts";
import { type Database, lsnText, postgresTime } from "../world/database/database.ts";
import { replayCopy } from "../world/restore-to-time.ts";
import { runScript } from "../world/database/sql.ts";
import { type Ask, ServerRefusal } from "./login.ts";
import type { RunningServer, StartedServer } from "./server-stub.ts";

/** The server's state in the data directory, in place of its tables. */
const KEPT = "stand-in.json";

interface Server {
  readonly data: string;
  readonly database: Database;
  /** The first who comes is told that it is still starting. */
  isUp: boolean;
}

export class SimulatedPostgres {
  readonly #host: WorldHost;
  readonly #version: string;
  /** By the directory of their sockets. */
  readonly #servers = new Map<string, Server>();

  constructor(host: WorldHost, version: string) {
    this.#host = host;
    this.#version = version;
  }

  /** Returns the server's lines and, if it runs on, the signals that end it. */
  readonly start = ({ pid, args }: StartedServer): RunningServer => {
    const data = args[1] ?? "";
    const settings = args.flatMap((word, at) => (args[at - 1] === "-c" ? [word] : []));
    const sockets = settings.find((each) => each.startsWith("unix_socket_directories="))?.split("=")[1] ?? data;
    const refused = this.#refusal(data);
    if (refused !== undefined) return { lines: [refused], ended: true };
    const lockFile = join(data, "postmaster.pid");
    write(lockFile, `${pid}\n${data}\n`);
    const lines = [`LOG:  listening on Unix socket "${sockets}/.s.PGSQL.5432"`];
    const database = this.#open(data, lines);
    if (database === undefined) {
      rmSync(lockFile, { force: true });
      return { lines: [...lines, "LOG:  database system is shut down"], ended: true };
    }
    const server = { data, database, isUp: false };
    this.#servers.set(sockets, server);
    const stop = (): void => {
      if (this.#servers.get(sockets) === server) this.#servers.delete(sockets);
      // The next one may have come before the end of this one was heard of.
      if (textOf(lockFile)?.split("\n")[0] === String(pid)) rmSync(lockFile, { force: true });
    };
    return { lines: [...lines, "LOG:  database system is ready to accept connections"], ended: false, stop };
  };

  readonly ask: Ask = ({ directory, database: name, user }, sql) => {
    const server = this.#servers.get(directory);
    if (server === undefined) return refuse("could not connect to server: No such file or directory", true);
    if (!server.isUp) {
      server.isUp = true;
      return refuse("FATAL:  the database system is starting up", true);
    }
    if (name !== "postgres") return refuse(`FATAL:  database "${name}" does not exist`, true);
    const { database, data } = server;
    const before = JSON.stringify(database.tables);
    const session = { database, user, now: this.#host.now(), temporary: new Set<string>(), closeSegment: () => "" };
    const outcome = runScript(session, sql);
    if (JSON.stringify(database.tables) !== before) keep(data, database);
    if (outcome.ok) return Promise.resolve(outcome.rows);
    if (outcome.unknown === true) this.#host.apply({ is: "stray", where: "psql on the copy", what: sql });
    return refuse(`ERROR:  ${outcome.message}`, false);
  };

  /** As postmaster.c and miscinit.c look at a data directory. */
  #refusal(data: string): string | undefined {
    const version = textOf(join(data, "PG_VERSION"))?.trim();
    if (version === undefined) return `FATAL:  "${data}" is not a valid data directory`;
    if ((statSync(data).mode & 0o027) !== 0) return `FATAL:  data directory "${data}" has invalid permissions`;
    const major = this.#version.split(".")[0] ?? "";
    if (version !== major) return "FATAL:  database files are incompatible with server";
    const holder = Number(textOf(join(data, "postmaster.pid"))?.split("\n")[0]);
    return holder > 1 && worksIn(holder, data) ? 'FATAL:  lock file "postmaster.pid" already exists' : undefined;
  }

  #open(data: string, lines: string[]): Database | undefined {
    const kept = textOf(join(data, KEPT));
    if (kept !== undefined) return JSON.parse(kept) as Database;
    const label = textOf(join(data, "backup_label"));
    const recovery = textOf(join(data, "recovery.conf"));
    const start = /\(file ([0-9A-F]{24})\)/.exec(label ?? "")?.[1];
    if (recovery === undefined || start === undefined) {
      lines.push("FATAL:  could not locate required checkpoint record");
      return undefined;
    }
    const database = this.#recover({ data, recovery, start }, lines);
    if (database === undefined) return undefined;
    keep(data, database);
    renameSync(join(data, "backup_label"), join(data, "backup_label.old"));
    renameSync(join(data, "recovery.conf"), join(data, "recovery.done"));
    lines.push("LOG:  archive recovery complete");
    return database;
  }

  #recover(
    { data, recovery, start }: { readonly data: string; readonly recovery: string; readonly start: string },
    lines: string[],
  ): Database | undefined {
    const systemId = readFileSync(join(data, "global/pg_control")).readBigUInt64LE(0).toString();
    const stamp = /^recovery_target_time = '(.+)'$/m.exec(recovery)?.[1];
    lines.push(
      stamp === undefined ? "LOG:  starting archive recovery" : `LOG:  starting point-in-time recovery to ${stamp}`,
    );
    const wal = join(data, "dingo-recover/wal");
    const replayed = replayCopy(this.#host.world(), {
      ...{ systemId, start, target: stamp === undefined ? undefined : Date.parse(`${stamp.replace(" ", "T")}:00`) },
      has: (name) => existsSync(join(wal, name)),
    });
    const [first] = replayed?.restored ?? [];
    if (replayed === undefined || first === undefined) {
      lines.push("FATAL:  could not locate required checkpoint record");
      return undefined;
    }
    const { database, restored, stoppedBefore, last } = replayed;
    for (const name of restored) lines.push(`LOG:  restored log file "${name}" from archive`);
    const missing = missingPlanned(data, restored);
    if (stoppedBefore === undefined && missing !== undefined) {
      lines.push(`FATAL:  could not restore file "${missing}" from archive: child process exited with exit code 126`);
      return undefined;
    }
    if (stoppedBefore !== undefined)
      lines.push(`LOG:  recovery stopping before commit of transaction 600, time ${postgresTime(stoppedBefore)}`);
    lines.push(`LOG:  redo done at ${lsnText(database.segment, 0x98)}`);
    if (last !== undefined) lines.push(`LOG:  last completed transaction was at log time ${postgresTime(last)}`);
    lines.push(`LOG:  selected new timeline ID: ${database.timeline + 1}`);
    return { ...copyOf(database), timeline: database.timeline + 1, inRecovery: false };
  }
}

/** The next one that the restore had planned, and that does not lie there. */
function missingPlanned(data: string, restored: readonly string[]): string | undefined {
  const planned = (textOf(join(data, "dingo-recover/planned")) ?? "").split("\n");
  return planned.find((name) => /^[0-9A-F]{24}$/.test(name) && name > (restored.at(-1) ?? ""));
}

const refuse = (message: string, atLogin: boolean): Promise<never> =>
  Promise.reject(new ServerRefusal(message, atLogin));

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Never writes in place: a process with the former file open, or a link to it, keeps the former text. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

/** The files of a data directory belong to the account whose it is. */
function keep(data: string, database: Database): void {
  const path = join(data, KEPT);
  write(path, JSON.stringify(database));
  const { uid, gid } = statSync(data);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

/** A process that has ended and is not waited for yet has no directory any more. */
function worksIn(pid: number, data: string): boolean {
  try {
    if (process.platform === "linux") return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
