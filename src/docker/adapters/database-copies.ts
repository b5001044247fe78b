/** Copies of data directories and servers on them, by the `docker` CLI over a shell. */
import * as commands from "../../kit/commands/database-copy-commands.ts";
import * as dumps from "../../kit/commands/database-dump-commands.ts";
import type { DockerWords } from "../../kit/commands/docker-commands.ts";
import { ENDS } from "../../kit/commands/as-owner.ts";
import { giveUp, type RecoverError } from "../../errors.ts";
import { USERLAND } from "../../kit/commands/empty-image.ts";
import type { Argv } from "../../kit/commands/host-commands.ts";
import { keepRoom } from "../../kit/commands/kept-room-command.ts";
import { DOCKER } from "../../kit/log-patterns/docker.ts";
import { CLIENTS } from "../../kit/log-patterns/log-in.ts";
import { ENDED_FOR_ROOM, LOUD, NO_START } from "../../kit/log-patterns/server-end.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type {
  CopyServer,
  DatabaseCopies,
  DumpFile,
  Filled,
  FillOrder,
  ProgramFacts,
  ServerPrograms,
  ServerStanding,
} from "../../ports/database-copy.ts";
import { quoted } from "../../kit/text/printable.ts";
import { answerError } from "../../kit/shell/json-answer.ts";
import { type CommandOptions, sayings, type Shell } from "../../kit/shell/shell.ts";
import { emptyImage, missingSource } from "./empty-image.ts";
import { dockerFailure, failureOfWork, refusalOfOwner } from "./failure.ts";
import { ownId } from "./own-id.ts";

/** Data of any size. */
const LONGEST_MS = 12 * 3_600_000;
const SLOW_MS = 600_000;
const MAX_OUTPUT = 64 * 1024 * 1024;
/** A server on a copy is asked to shut down; a copy may be cut. */
const GRACE_SECONDS = 60;
const CHANGED = 3;
/** Of psql, and of pg_restore. */
const STOPPED_AT_ERROR = { psql: 3, pg_restore: 1 } as const;

interface Failed {
  readonly argv: Argv;
  readonly result: CommandResult;
}

export class DockerDatabaseCopies implements DatabaseCopies {
  readonly #shell: Shell;
  readonly #words: DockerWords;

  readonly temporary: string;

  constructor(shell: Shell, words: DockerWords, temporary: string) {
    this.temporary = temporary;
    this.#shell = shell;
    this.#words = words;
  }

  async programs(run: string, programs: ServerPrograms): Promise<ProgramFacts | undefined> {
    const argv = commands.programsIn(this.#words, run, programs);
    const result = await this.#shell.run(argv);
    if (result.code !== 0) {
      const failed = dockerFailure(this.#shell, argv, result);
      if (failed.code !== "command-failed" && result.code !== 127) throw failed;
      return undefined;
    }
    const line = (name: string): string => new RegExp(`^${name} (\\S+)$`, "mu").exec(result.stdout)?.[1] ?? "";
    const missing = [...result.stdout.matchAll(/^missing (\S+)$/gmu)].map(([, name = ""]) => name);
    return {
      postgres: line("postgres"),
      pgDump: line("pg_dump"),
      libc: line("libc") === "musl" ? "musl" : "glibc",
      missing,
    };
  }

  async emptyImage(): Promise<string> {
    return await emptyImage(this.#shell, this.#words);
  }

  async makeVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#do(commands.makeVolume(this.#words, name, labels));
  }

  async removeVolume(name: string): Promise<void> {
    await this.#do(commands.removeVolume(this.#words, name), { timeoutMs: SLOW_MS });
  }

  async fill(order: FillOrder): Promise<Filled> {
    // One that a killed process left goes on by itself.
    await this.#end(commands.fillerName(order.to), order.run, 1);
    const { argv, result } = await this.#filling(order);
    if (result.code === CHANGED) throw changed(order);
    const refusal = result.code === ENDS.powers ? refusalOfOwner(this.#shell, order.path, result) : undefined;
    if (result.code !== 0) throw refusal ?? this.#failure(argv, result, order.to);
    const number = (name: string): number | undefined => {
      const said = new RegExp(`^${name} (\\d+)$`, "mu").exec(result.stdout)?.[1];
      return said === undefined ? undefined : Number(said);
    };
    const unread = [...result.stdout.matchAll(/^unread \.\/(.+)$/gmu)].map(([, path = ""]) => path);
    const [files, kilobytes] = [number("files"), number("kilobytes")];
    if (files === undefined || kilobytes === undefined) return this.#unread(order.to);
    return { files, bytes: kilobytes * 1024, tablespaces: number("tablespaces") ?? 0, unread };
  }

  /** A machine may lack a directory of programs. */
  async #filling(order: FillOrder): Promise<Failed> {
    const image = await this.emptyImage();
    for (let userland: readonly string[] = USERLAND; ; ) {
      const argv = commands.fill(this.#words, order, { image, userland });
      const result = await this.#shell.run(argv, { timeoutMs: LONGEST_MS });
      const missing = missingSource(result, userland);
      if (missing === undefined) return { argv, result };
      userland = userland.filter((path) => path !== missing);
    }
  }

  async start(server: CopyServer): Promise<void> {
    await this.#begin(server, commands.startOnCopy(this.#words, server));
  }

  async startFresh(server: CopyServer, copied: string): Promise<void> {
    await this.#begin(server, commands.startFresh(this.#words, server, copied));
  }

  async #begin({ volume }: CopyServer, argv: Argv): Promise<void> {
    await this.#do(argv);
    await this.#do(keepRoom(this.#words, volume, ENDED_FOR_ROOM));
  }

  async standing(server: CopyServer): Promise<ServerStanding> {
    const { code, stderr } = await this.#shell.run(commands.isReady(this.#words, server));
    if (code === 0) return "accepting";
    return DOCKER.ended.says.test(stderr) ? "ended" : "starting";
  }

  async said(server: CopyServer): Promise<readonly string[]> {
    const { stdout, stderr } = await this.#shell.run(commands.saidBy(this.#words, server.volume));
    return `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  }

  async isThere(name: string, run: string): Promise<boolean> {
    return (await this.#do(commands.ownContainers(this.#words, name, run))).trim() !== "";
  }

  async end(name: string, run: string): Promise<void> {
    await this.#end(name, run, GRACE_SECONDS);
  }

  async sql(server: CopyServer, database: string, text: string) {
    const argv = commands.query(this.#words, server, database);
    const result = await this.#shell.run(argv, { stdin: text, timeoutMs: LONGEST_MS, maxOutputBytes: MAX_OUTPUT });
    if (result.code !== 0) throw await this.#failureOf(server, { argv, result });
    // Each statement ends its last row with an extra newline.
    const rows = result.stdout.split(commands.ROW).map((row) => row.replace(/\n$/u, ""));
    const failed = result.stderr.split("\n").filter((line) => LOUD.inAnything.says.test(line));
    return { rows: rows.filter((row) => row !== "").map((row) => row.split(commands.FIELD)), failed };
  }

  async dump(server: CopyServer, order: dumps.DumpOrder): Promise<DumpFile> {
    const argv = dumps.dumpTo(this.#words, server, order);
    const result = await this.#shell.run(argv, { timeoutMs: LONGEST_MS });
    if (result.code !== 0) throw await this.#failureOf(server, { argv, result }, order.file);
    return this.#file(order.file, result.stdout) ?? this.#unread(order.file);
  }

  async dumped(file: string): Promise<DumpFile | undefined> {
    return this.#file(file, await this.#do(dumps.hashOfFile(file), { timeoutMs: LONGEST_MS }));
  }

  async load(server: CopyServer, order: dumps.LoadOrder) {
    const argv = dumps.loadFrom(this.#words, server, order);
    return await this.#loaded(server, argv, { by: "pg_restore", complaint: CLIENTS.pgRestoreComplains.says });
  }

  async loadRoles(server: CopyServer, file: string): Promise<readonly string[]> {
    const argv = dumps.loadRolesFrom(this.#words, server, file);
    return await this.#loaded(server, argv, { by: "psql", complaint: LOUD.inAnything.says });
  }

  /** Another exit code, or one without a complaint, means that the load was cut short. */
  async #loaded(
    server: CopyServer,
    argv: Argv,
    { by, complaint }: { readonly by: keyof typeof STOPPED_AT_ERROR; readonly complaint: RegExp },
  ): Promise<readonly string[]> {
    const result = await this.#shell.run(argv, { timeoutMs: LONGEST_MS });
    if (result.code === 0) return [];
    const complaints = result.stderr.split("\n").filter((line) => complaint.test(line));
    const isCut = by === "pg_restore" && CLIENTS.unconnected.says.test(result.stderr);
    if (result.code !== STOPPED_AT_ERROR[by] || complaints.length === 0 || isCut)
      throw await this.#failureOf(server, { argv, result });
    return complaints;
  }

  /** Its server may have been ended, so that the disk keeps room. */
  async #failureOf(server: CopyServer, { argv, result }: Failed, to = server.volume): Promise<RecoverError> {
    const failed = this.#failure(argv, result, to);
    if (failed.code !== "command-failed" || !(await this.said(server)).includes(ENDED_FOR_ROOM)) return failed;
    return full(to);
  }

  async #end(name: string, run: string, graceSeconds: number): Promise<void> {
    const id = ownId(await this.#do(commands.ownContainers(this.#words, name, run)), this.#shell.label);
    if (id === undefined) return;
    for (const argv of [commands.endOwn(this.#words, id, graceSeconds), commands.removeOwn(this.#words, id)]) {
      const result = await this.#shell.run(argv, { timeoutMs: (graceSeconds + 60) * 1000 });
      if (result.code !== 0 && !DOCKER.goneMeanwhile.says.test(result.stderr)) throw this.#failure(argv, result);
    }
  }

  #file(path: string, stdout: string): DumpFile | undefined {
    const [, bytes, sha256] = /^\s*(\d+)\n([0-9a-f]{64})\s/u.exec(stdout) ?? [];
    return bytes === undefined || sha256 === undefined ? undefined : { path, bytes: Number(bytes), sha256 };
  }

  #unread(path: string): never {
    throw answerError("answer-malformed", `nobody says what ${quoted(path)} holds`, this.#shell.label);
  }

  async #do(argv: Argv, options?: CommandOptions): Promise<string> {
    const result = await this.#shell.run(argv, { ...options });
    if (result.code !== 0) throw this.#failure(argv, result);
    return result.stdout;
  }

  /** `to` is a thing that was not written whole. */
  #failure(argv: Argv, result: CommandResult, to?: string): RecoverError {
    if (to !== undefined && NO_START.diskFull.says.test(result.stderr)) return full(to);
    const failed = failureOfWork(this.#shell, argv, result);
    const place = this.#shell.label;
    if (failed.code !== "command-failed") return failed;
    return giveUp("command-failed", `a command on "${place}" failed: ${sayings(this.#shell, result)}`)
      .at(place)
      .advise("The volumes that were looked at are as they were. Put right what it says, then resume.", failed);
  }
}

function full(to: string): RecoverError {
  return giveUp("does-not-fit", `the disk was full, or about to be, before ${quoted(to)} was whole`)
    .at(to)
    .advise(
      "Make room without touching a volume (docker builder prune is harmless, docker volume prune is not), then resume.",
    );
}

function changed({ path }: FillOrder): RecoverError {
  return giveUp("object-changed", `somebody wrote to ${quoted(path)} while it was copied`)
    .at(path)
    .advise("Look with `docker ps` who uses that volume, stop it, then resume.");
}
