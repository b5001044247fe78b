/** PostgreSQL's own programs on this machine, and how they are called. */
import { createHash } from "node:crypto";
import { giveUp, refuse } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { directoriesOf, findProgram } from "../../../kit/process/program-path.ts";
import type { Confined, Sandbox } from "../../../ports/sandbox.ts";
import type { ScratchPrograms, ScratchServer } from "../../../ports/scratch-database.ts";
import { runProgram, type ProgramResult } from "../../../kit/spawn/spawn.ts";
import { type Account, serverAccount } from "./account.ts";
import { dataOf, isThere } from "./place.ts";

const VERSION = /\(PostgreSQL\) (\d+(?:\.\d+)*)/;
const LONGEST_MS = 60 * 60_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface Call {
  readonly name: "postgres" | "psql" | "pg_dump" | "pg_checksums";
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly stdoutTo?: number;
  readonly timeoutMs?: number;
}

/** Looked for once, when the first program wants one. Errors: `no-sandbox`. */
export type OpenSandbox = (as: Confined["as"]) => Promise<Sandbox>;

interface Means {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly sandbox: OpenSandbox;
}

export class Programs {
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #openSandbox: OpenSandbox;
  #sandbox: Promise<Sandbox> | undefined;

  constructor({ path, signal, sandbox }: Means) {
    this.#path = path;
    this.#signal = signal;
    this.#openSandbox = sandbox;
  }

  sandbox(): Promise<Sandbox> {
    this.#sandbox ??= serverAccount().then(({ as }) => this.#openSandbox(as));
    return this.#sandbox;
  }

  /**
   * Nothing of the caller's environment: a PGHOST in it would lead to another server. The system's programs are behind the
   * caller's: a sandbox that cannot find `cat` must never be taken for a backup that does not recover.
   */
  get environment(): Readonly<Record<string, string>> {
    const path = [this.#path, "/usr/bin", "/bin"].filter((each) => each !== "").join(":");
    return { PATH: path, LC_ALL: "C", PGCLIENTENCODING: "UTF8", PGPASSFILE: "/dev/null", PGTZ: "UTC" };
  }

  async all(directory: string): Promise<ScratchPrograms> {
    const account = await serverAccount();
    const postgresPath = await this.find(directory, "postgres");
    const pgDumpPath = await this.find(directory, "pg_dump");
    const psqlPath = await this.find(directory, "psql");
    const { name: sandbox } = await this.sandbox();
    const postgres = await this.#version(postgresPath, account);
    const pgDump = await this.#version(pgDumpPath, account);
    return { postgres, pgDump, postgresPath, pgDumpPath, psqlPath, account: account.name, sandbox };
  }

  /** The server's clients need not be of its release: if the directory has none, those of PATH do. */
  async find(directory: string, name: Call["name"]): Promise<string> {
    const searched = directoriesOf(this.#path);
    const own = name === "postgres" || name === "pg_checksums" ? [directory] : [directory, ...searched];
    const found = await findProgram(name, directory === "" ? searched : own);
    if (found !== undefined) return found;
    throw refuse("program-missing", `there is no program "${name}" in ${directory || "PATH"}`)
      .at(directory || "PATH")
      .advise(
        `Install the server and the client of the PostgreSQL release of the archive, and name the directory of "postgres" with --input postgres_bin=…, such as /usr/lib/postgresql/9.6/bin.`,
      );
  }

  /** A client reaches the socket, which a hostile server may have put a link in the place of, and nothing else; one that needs no server, the data. */
  async run({ place, programs }: ScratchServer, { name, args, ...streams }: Call): Promise<ProgramResult> {
    const program = await this.find(programs, name);
    const { as } = await serverAccount();
    const socket = socketDirectory(place);
    const env = { ...this.environment, PGHOST: socket, PGUSER: "postgres" };
    const reads = name === "pg_checksums" ? [dataOf(place)] : (await isThere(socket)) ? [socket] : [];
    const command = (await this.sandbox()).command({ program, args, env, as, reads, writes: [] });
    return await runProgram({
      ...command,
      cwd: "/",
      timeoutMs: LONGEST_MS,
      ...streams,
      maxOutputBytes: LARGEST_ANSWER,
      signal: this.#signal,
    });
  }

  /** Asked in the sandbox: a program that cannot run there must never be taken for a backup that does not recover. */
  async #version(path: string, account: Account): Promise<string> {
    const sandbox = await this.sandbox();
    const call = { program: path, args: ["--version"], env: this.environment, as: account.as, reads: [], writes: [] };
    const { code, stdout, stderr } = await runProgram({ ...sandbox.command(call), cwd: "/", signal: this.#signal });
    const version = VERSION.exec(stdout)?.[1];
    if (code === 0 && version !== undefined) return version;
    const said = stderr.trim().split("\n").at(-1) ?? "";
    const why = said === "" ? "" : `: ${quoted(said)}`;
    throw refuse("program-missing", `${quoted(path)} does not tell its version to ${account.name}${why}`)
      .at(path)
      .advise("Name a directory that this account can read and run programs in, with --input postgres_bin=….");
  }
}

/**
 * Where the server's socket lies: a path of more than 107 bytes is no name of a socket, and server and libpq cut a list of
 * places at its commas.
 */
export function socketDirectory(place: string): string {
  const directory = dataOf(place);
  const fits = Buffer.byteLength(directory) <= 107 - Buffer.byteLength("/.s.PGSQL.65535");
  if (fits && !directory.includes(",")) return directory;
  return `/tmp/dingo-recover-${createHash("sha256").update(place).digest("hex").slice(0, 16)}`;
}

/** Throws `command-failed` with the program's words. */
export function requireSuccess({ code, stderr }: ProgramResult, name: string, place: string): void {
  if (code === 0) return;
  const said = stderr.trim().split("\n").slice(-5).join("; ");
  throw giveUp("command-failed", `${name} ended with exit code ${code}: ${said}`)
    .at(place)
    .advise("Look at what it says, and at server.log in the run's place; then resume.");
}
