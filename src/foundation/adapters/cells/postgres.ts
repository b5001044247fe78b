/** SQL through psql inside the container: statements and passwords on stdin, rows as lines (dingo.md §3.6). */
import { type RecoverError, refuse } from "../../../errors.ts";
import {
  type LoginAddress,
  psqlLogin,
  psqlSocket,
  restoreLogin,
  restoreVersion,
} from "../../../kit/commands/host-commands.ts";
import { CLIENTS, LOG_IN } from "../../../kit/log-patterns/log-in.ts";
import type { CommandResult, Sql } from "../../../ports/cells.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { containerName } from "./docker.ts";
import { failure, type Shell, sayings } from "../../../kit/shell/shell.ts";

const SQL_TIMEOUT_MS = 120_000;
/** psql(1), EXIT STATUS. */
const PSQL = { noConnection: 2, scriptError: 3 } as const;
const PG_RESTORE_FAILED = 1;

export class PsqlInContainer implements Sql {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** Errors: `unreachable` while PostgreSQL does not take connections, `command-failed` if a statement failed. */
  async socket(container: string, sql: string): Promise<readonly (readonly string[])[]> {
    const argv = psqlSocket(containerName(container));
    const result = await this.#shell.run(argv, { stdin: sql, timeoutMs: SQL_TIMEOUT_MS });
    if (result.code === 0) return rowsOf(result.stdout);
    if (saidByPsql(result) && result.code === PSQL.noConnection) throw this.#notReady(container, result);
    throw failure(this.#shell, argv, result);
  }

  async login(container: string, to: Parameters<Sql["login"]>[1], sql: string): ReturnType<Sql["login"]> {
    const password = this.#shell.secrets.register(oneLine(to.password));
    const argv = psqlLogin(containerName(container), plainAddress(to));
    const { timeoutMs = SQL_TIMEOUT_MS } = to;
    const result = await this.#shell.run(argv, { stdin: `${password}\n${sql}`, timeoutMs });
    if (result.code === 0) return { ok: true, rows: rowsOf(result.stdout) };
    const message = sayings(this.#shell, result);
    if (!saidByPsql(result)) throw failure(this.#shell, argv, result);
    return { ok: false, why: isPasswordRefusal(result) ? "password" : "other", message };
  }

  /** Errors: `command-failed` if the container has none. */
  async restores(container: string): Promise<string> {
    const argv = restoreVersion(containerName(container));
    const result = await this.#shell.run(argv);
    const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(result.stdout)?.[1];
    if (result.code !== 0 || version === undefined) throw failure(this.#shell, argv, result);
    return version;
  }

  async restore(container: string, to: Parameters<Sql["restore"]>[1], archive: Uint8Array): ReturnType<Sql["restore"]> {
    const password = this.#shell.secrets.register(oneLine(to.password));
    const argv = restoreLogin(containerName(container), plainAddress(to), to.application);
    // A channel carries text; an early end leaves an archive that is cut.
    const stdin = `${password}\n${Buffer.from(archive).toString("base64")}\n`;
    const result = await this.#shell.run(argv, { stdin, timeoutMs: to.timeoutMs });
    if (result.code === 0) return { ok: true };
    if (result.code !== PG_RESTORE_FAILED || !CLIENTS.pgRestore.says.test(result.stderr))
      throw failure(this.#shell, argv, result);
    const message = sayings(this.#shell, result);
    return { ok: false, why: isPasswordRefusal(result) ? "password" : "other", message };
  }

  #notReady(container: string, result: CommandResult): RecoverError {
    const message = `PostgreSQL in ${quoted(container)} takes no connections: ${sayings(this.#shell, result)}`;
    return refuse("unreachable", message)
      .at(this.#shell.label)
      .advise("It may still be starting; look at the container's log.");
  }
}

/** psql's exit codes count only if psql spoke: docker uses 1 and 2 too. */
function saidByPsql(result: CommandResult): boolean {
  const own = result.code === PSQL.noConnection || result.code === PSQL.scriptError;
  return own && CLIENTS.psql.says.test(result.stderr);
}

/** 28P01 in the words of the server, and libpq's words when no password was given. */
function isPasswordRefusal(result: CommandResult): boolean {
  const { passwordRefused, passwordLacking } = LOG_IN;
  return passwordRefused.says.test(result.stderr) || passwordLacking.says.test(result.stderr);
}

function rowsOf(stdout: string): string[][] {
  const lines = stdout.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.split("\t"));
}

/** The password is the first line of stdin. */
function oneLine(password: string): string {
  if (!/[\n\r\0]/.test(password)) return password;
  throw refusal("a password with a line break cannot be handed to psql");
}

/** psql takes a database name with "=" or "://" for a whole connection string. */
function plainAddress(to: LoginAddress): LoginAddress {
  if (/=|:\/\//.test(to.database)) throw refusal(`${quoted(to.database)} cannot be the name of a database here`);
  const words = [to.host, to.user, to.database];
  if (words.some((word) => word === "" || word.startsWith("-") || word.includes("\0")))
    throw refusal("the address of a login has an empty part or one that reads as an option");
  return to;
}

function refusal(message: string): RecoverError {
  return refuse("guard-refused", message).advise("Log in by hand to see whether it works.");
}
