/** Files and directories of a cell, as root. Nothing is ever removed or replaced (law 2). */
import { type RecoverError, refuse } from "../../../errors.ts";
import {
  type Argv,
  copyTree,
  directoryEntries,
  fileKind,
  fileOwner,
  freeSpace,
  makeDirectoryLike,
  readStart,
  removeTree,
  renamePath,
} from "../../../kit/commands/host-commands.ts";
import type { HostFiles } from "../../../ports/cells.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { together } from "../../../kit/together.ts";
import { answerError } from "../../../kit/shell/json-answer.ts";
import {
  change,
  failureOfChange,
  failure,
  type Shell,
  succeed,
  withoutSudoWarnings,
} from "../../../kit/shell/shell.ts";

/** A whole database. */
const COPY_TIMEOUT_MS = 6 * 3_600_000;
/** A rename within one file system is quick; across two it copies, and the data may be large. */
const RENAME_TIMEOUT_MS = 600_000;

/** The only names that are ever deleted on a cell (law 2). */
const ASIDE =
  /^\/var\/vcap\/store\/cf-containers-broker\/cf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/data\.dingo-recover-[A-Za-z0-9-]+$/;

export class ShellFiles implements HostFiles {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  async kind(path: string): Promise<"directory" | "file" | "absent"> {
    const said = await this.#stat(fileKind(absolute(path)));
    if (said === undefined) return "absent";
    if (said === "directory") return "directory";
    if (said.startsWith("regular")) return "file";
    throw this.#refuse(`${quoted(path)} is a ${said}, neither a directory nor a file`);
  }

  async entries(directory: string): Promise<readonly string[]> {
    const stdout = await succeed(this.#shell, directoryEntries(absolute(directory)));
    if (stdout !== "" && !stdout.endsWith("\0"))
      throw answerError("answer-incomplete", `the list of ${quoted(directory)} was cut`, this.#shell.label);
    return stdout.split("\0").slice(0, -1).sort();
  }

  read(path: string): Promise<string> {
    return succeed(this.#shell, readStart(absolute(path)));
  }

  /** `guard-refused` with effect "none" if the destination exists; `command-failed` if mv said no. */
  async rename(from: string, to: string): Promise<void> {
    if (await this.#exists(to)) throw this.#refuse(`${quoted(to)} exists already`);
    const argv = renamePath(absolute(from), absolute(to));
    const result = await this.#shell.run(argv, { timeoutMs: RENAME_TIMEOUT_MS });
    // `mv -n` says nothing when it does nothing, and an error from coreutils 9.2 on: only looking tells.
    const [left, arrived] = await together([this.#exists(from), this.#exists(to)]);
    if (!left && arrived && result.code === 0) return;
    if (left && arrived) throw this.#refuse(`${quoted(to)} came to be while ${quoted(from)} was renamed`);
    throw failureOfChange(this.#shell, argv, result);
  }

  /** The part of a copy that failed or was cut stays: only the caller knows what it is. */
  async copyTree(from: string, to: string): Promise<void> {
    if (await this.#exists(to)) throw this.#refuse(`${quoted(to)} exists already`);
    const argv = copyTree(absolute(from), absolute(to));
    const result = await this.#shell.run(argv, { timeoutMs: COPY_TIMEOUT_MS });
    if (result.code !== 0) throw failureOfChange(this.#shell, argv, result);
  }

  /** Finishes an interrupted call: an empty directory is taken, one with anything in it is refused. */
  async makeDirectory(path: string, like: string): Promise<void> {
    const [make, own, protect] = makeDirectoryLike(absolute(path), absolute(like));
    const kind = await this.kind(path);
    if (kind === "file") throw this.#refuse(`${quoted(path)} is a file`);
    if (kind === "directory" && (await this.entries(path)).length > 0)
      throw this.#refuse(`${quoted(path)} exists already and is not empty`);
    if (kind === "absent") await change(this.#shell, make);
    await change(this.#shell, own);
    await change(this.#shell, protect);
    const [made, model] = await together([this.#stat(fileOwner(path)), this.#stat(fileOwner(like))]);
    if (made === undefined || made !== model)
      throw this.#refuse(`${quoted(path)} did not get the owner of ${quoted(like)}`);
  }

  async removeTree(path: string): Promise<void> {
    if (!ASIDE.test(path))
      throw this.#refuse(`${quoted(path)} is nothing that a run moved aside, and is never deleted`);
    await change(this.#shell, removeTree(path), { timeoutMs: RENAME_TIMEOUT_MS });
  }

  async freeBytes(path: string): Promise<number> {
    const stdout = await succeed(this.#shell, freeSpace(absolute(path)));
    const bytes = /^\s*Avail\s+(\d+)\s*$/.exec(stdout)?.[1];
    if (bytes !== undefined) return Number(bytes);
    throw answerError("answer-malformed", "the answer of `df` is not understood", this.#shell.label);
  }

  async #exists(path: string): Promise<boolean> {
    return (await this.#stat(fileKind(absolute(path)))) !== undefined;
  }

  /** Undefined only if stat itself says that there is no such file. */
  async #stat(argv: Argv): Promise<string | undefined> {
    const result = await this.#shell.run(argv);
    if (result.code === 0) return result.stdout.trimEnd();
    if (/^stat: cannot statx? [^]*: No such file or directory\s*$/.test(withoutSudoWarnings(result.stderr)))
      return undefined;
    throw failure(this.#shell, argv, result);
  }

  #refuse(message: string): RecoverError {
    return refuse("guard-refused", `${message} on "${this.#shell.label}"`)
      .at(this.#shell.label)
      .advise("Look at both places on the cell before anything is changed there; nothing was overwritten.");
  }
}

/** Relative paths and ".." have no place in a command that runs as root. */
function absolute(path: string): string {
  const parts = path.split("/").slice(1);
  const plain = path.startsWith("/") && parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (plain && !path.includes("\0")) return path;
  throw refuse("guard-refused", `${quoted(path)} is not a plain absolute path`).advise(
    "Paths begin with / and hold neither empty parts nor dots.",
  );
}
