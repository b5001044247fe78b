/** Changes on one Docker host, by its `docker` and Compose programs and a few commands of its shell. */
import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import { ownContainers } from "../../kit/commands/database-copy-commands.ts";
import { type DockerWords, inspectContainers } from "../../kit/commands/docker-commands.ts";
import * as compose from "../../kit/commands/compose-commands.ts";
import * as commands from "../../kit/commands/docker-work-commands.ts";
import { giveUp, RecoverError, refuse } from "../../errors.ts";
import type { Argv } from "../../kit/commands/host-commands.ts";
import type { CommandResult } from "../../ports/cells.ts";
import type {
  ComposeCall,
  ComposeGeneration,
  ComposeUp,
  DockerWork,
  Fingerprint,
  LikeOrder,
  PathKind,
  ProofOrder,
  Said,
  WrittenOver,
} from "../../ports/docker-work.ts";
import { quoted } from "../../kit/text/printable.ts";
import { answerError } from "../../kit/shell/json-answer.ts";
import { type CommandOptions, type Shell, withoutSudoWarnings } from "../../kit/shell/shell.ts";
import { versionOfCompose } from "./compose-answer.ts";
import { ownId } from "./own-id.ts";
import { failureOfWork, refusalOfOwner } from "./failure.ts";
import { type Inspected, parseInspected } from "./inspected.ts";
import { likeBody, proofBody } from "./like-body.ts";

/** Data of any size. */
const COPY_MS = 12 * 3_600_000;
/** Images may be built or fetched on the way. */
const UP_MS = 3_600_000;
const SLOW_MS = 600_000;
/** The exit code of a write or a removal that finds something unexpected in its place. */
const CHANGED = 3;
const CONTAINER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/u;
/**
 * The last words of `stat` itself when a path is absent. A login shell that cannot find its own directory and `env`
 * without the program say much the same, and a name may hold such words.
 */
const ABSENT = /(?:^|\n)stat: [^]*: No such file or directory(?: \(os error 2\))?\s*$/u;
/** The only directories that are ever deleted. */
const OWN = /^\/.+\.dingo-recover-[A-Za-z0-9-]+-(?:part|proof)$/u;

export class DockerCliWork implements DockerWork {
  readonly #shell: Shell;
  readonly #words: DockerWords;

  readonly #endpoint: () => Promise<string>;

  /** `endpoint` is where the CLI finds its engine. */
  constructor(shell: Shell, words: DockerWords, endpoint: () => Promise<string>) {
    this.#shell = shell;
    this.#words = words;
    this.#endpoint = endpoint;
  }

  async stop(container: string, graceSeconds: number): Promise<void> {
    await this.#do(commands.stopContainer(this.#words, container, graceSeconds), {
      timeoutMs: (graceSeconds + 60) * 1000,
    });
  }

  async start(container: string): Promise<void> {
    await this.#do(commands.startContainer(this.#words, container));
  }

  async commit(container: string, reference: string): Promise<void> {
    await this.#do(commands.commitContainer(this.#words, container, reference), { timeoutMs: COPY_MS });
  }

  async createLike({ of, name, image, labels }: LikeOrder): Promise<string> {
    return await this.#create(name, likeBody(await this.#inspected(of), { image, labels }));
  }

  async remove(container: string): Promise<void> {
    await this.#do(commands.removeContainer(this.#words, container));
  }

  async composeVersion(generation: ComposeGeneration): Promise<string> {
    const version = await versionOfCompose(this.#shell, this.#words, generation);
    if (version !== undefined) return version;
    const program = compose.composeWords(["docker"], generation).join(" ");
    throw refuse("program-missing", `"${this.#shell.label}" has no ${program}`)
      .at(this.#shell.label)
      .advise(`Install the generation of Compose that the stack was brought up with (${program}), then go on.`);
  }

  async composeHashes(call: ComposeCall, services: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const whole = call.generation === "v1" ? "" : await this.#do(compose.composeConfig(this.#words, call));
    const stdout = await this.#do(compose.composeHashes(this.#words, call, services), {
      timeoutMs: SLOW_MS,
      stdin: whole,
    });
    const lines = stdout.split("\n").map((line) => /^(\S+) ([0-9a-f]{64})$/u.exec(line.trim()));
    return new Map(lines.flatMap((found) => (found === null ? [] : [[found[1] ?? "", found[2] ?? ""] as const])));
  }

  async composeUp(call: ComposeCall, services: readonly string[], how: ComposeUp = {}): Promise<void> {
    await this.#do(compose.composeUp(this.#words, call, { services, ...how }), { timeoutMs: UP_MS });
  }

  async kind(path: string): Promise<PathKind> {
    const argv = commands.pathKind(this.#words, path);
    const result = await this.#shell.run(argv);
    if (result.code === 1 && ABSENT.test(withoutSudoWarnings(result.stderr))) return "absent";
    if (result.code !== 0) throw failureOfWork(this.#shell, argv, result);
    const said = result.stdout.trim();
    if (said === "directory") return "directory";
    return said.startsWith("regular") ? "file" : "other";
  }

  async entries(directory: string): Promise<readonly string[]> {
    const stdout = await this.#do(commands.namesIn(this.#words, directory));
    return stdout.split("\0").slice(0, -1).sort();
  }

  async bytesBelow(directory: string): Promise<number> {
    return this.#number(
      await this.#do(commands.bytesBelow(this.#words, directory), { timeoutMs: SLOW_MS }),
      /^(\d+)\s/u,
    );
  }

  async freeBytes(directory: string): Promise<number> {
    return this.#number(await this.#do(commands.freeBelow(this.#words, directory)), /\n\s*(\d+)\s*$/u);
  }

  async makeParents(path: string): Promise<void> {
    await this.#do(commands.makeParents(this.#words, path));
  }

  async copyTree(from: string, to: string): Promise<void> {
    await this.#absent(to);
    const argv = commands.copyData(this.#words, from, to);
    const result = await this.#shell.run(argv, { timeoutMs: COPY_MS });
    if (result.code !== 0) throw this.#failed(argv, { ...result, stderr: namedOutside(result.stderr, from, to) });
  }

  async alignTree(from: string, to: string, { isLive }: { readonly isLive: boolean }): Promise<void> {
    this.#own(to);
    if ((await this.kind(to)) === "directory")
      await this.#do(commands.removeDifferences(this.#words, from, to), { timeoutMs: COPY_MS });
    const argv = commands.copyDifferences(this.#words, from, to);
    const result = await this.#shell.run(argv, { timeoutMs: COPY_MS });
    if (result.code === 0 || (isLive && onlyVanished(result.stderr) && (await this.#areDirectories(from, to)))) return;
    throw this.#failed(argv, { ...result, stderr: namedOutside(result.stderr, from, to) });
  }

  /** Both roots are still there, so that only a part of the tree has vanished. */
  async #areDirectories(...paths: readonly string[]): Promise<boolean> {
    for (const path of paths) if ((await this.kind(path)) !== "directory") return false;
    return true;
  }

  async alike(one: string, other: string): Promise<boolean> {
    const stdout = await this.#do(commands.countDifferent(this.#words, one, other), { timeoutMs: SLOW_MS });
    return this.#number(stdout, /^\s*(\d+)\s*$/u) === 0;
  }

  async copyOut(container: string, path: string, to: string): Promise<void> {
    await this.#absent(to);
    await this.#do(commands.copyOut(this.#words, { container, path }, to), { timeoutMs: COPY_MS });
  }

  async fingerprint(directory: string): Promise<Fingerprint> {
    const stdout = await this.#do(commands.fingerprintOf(this.#words, directory), { timeoutMs: COPY_MS });
    const [, files, bytes, sha256] = /^(\d+) (\d+) ([0-9a-f]{64})\s/u.exec(stdout) ?? [];
    if (files === undefined || bytes === undefined || sha256 === undefined)
      throw answerError("answer-malformed", "the fingerprint of a directory cannot be read", this.#shell.label);
    return { files: Number(files), bytes: Number(bytes), sha256 };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#absent(to);
    await this.#do(commands.renameData(this.#words, from, to));
    const [left, arrived] = [await this.kind(from), await this.kind(to)];
    if (left !== "absent" || arrived === "absent") throw this.#refused(`${quoted(from)} was not renamed`, "unknown");
  }

  async removeOwn(directory: string): Promise<void> {
    this.#own(directory);
    await this.#do(commands.removeOwnDirectory(this.#words, directory), { timeoutMs: COPY_MS });
  }

  async hashOf(path: string): Promise<string | undefined> {
    if ((await this.kind(path)) === "absent") return undefined;
    const sum = /^\\?([0-9a-f]{64})\s/u.exec(await this.#do(commands.hashOf(this.#words, path)))?.[1];
    if (sum !== undefined) return sum;
    throw answerError("answer-malformed", `the sum of ${quoted(path)} cannot be read`, this.#shell.label);
  }

  async writeFile(path: string, text: string, over: WrittenOver): Promise<void> {
    const sum = createHash("sha256").update(text).digest("hex");
    const was = "sha256" in over ? { expected: over.sha256 } : { expected: "", like: basename(over.like ?? "") };
    await this.#compared(commands.writeText(this.#words, path, { ...was, sum }), path, text);
  }

  async whyUnwritable(path: string, directories: readonly string[]): Promise<string | undefined> {
    return reasonIn(await this.#do(commands.whyUnwritable(this.#words, path, directories)));
  }

  async whyLed(directory: string): Promise<string | undefined> {
    return reasonIn(await this.#do(commands.whyLed(this.#words, directory)));
  }

  async removeFile(path: string, expected: string): Promise<void> {
    await this.#compared(commands.removeText(this.#words, path, expected), path);
  }

  async startProof(order: ProofOrder): Promise<string> {
    const id = await this.#create(order.name, proofBody(await this.#inspected(order.of), order));
    await this.start(id);
    return id;
  }

  async endProof(name: string, run: string): Promise<void> {
    const id = ownId(await this.#do(ownContainers(this.#words, name, run)), this.#shell.label);
    if (id === undefined) return;
    await this.stop(id, 60);
    await this.remove(id);
  }

  async exec(container: string, argv: readonly [string, ...string[]], stdin?: string): Promise<Said> {
    return await this.#shell.run(commands.execIn(this.#words, container, argv), {
      timeoutMs: SLOW_MS,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  async said(container: string, lines: number): Promise<string> {
    const { stdout, stderr } = await this.#shell.run(commands.lastSaid(this.#words, container, lines));
    return `${stdout}${stderr}`.trim();
  }

  async httpStatus(url: string): Promise<number | undefined> {
    const { stdout } = await this.#shell.run(commands.httpStatus(url));
    const status = Number(stdout.trim());
    return Number.isInteger(status) && status > 0 ? status : undefined;
  }

  async #inspected(container: string): Promise<Inspected> {
    const [found] = parseInspected(await this.#do(inspectContainers(this.#words, [container])), this.#shell.label);
    if (found !== undefined) return found;
    throw answerError("answer-incomplete", "an answer of `docker inspect` lacks what was asked for", this.#shell.label);
  }

  /** By the engine's socket: the body is in no argv. */
  async #create(name: string, body: unknown): Promise<string> {
    const socket = /^unix:\/\/(\/.+)$/u.exec(await this.#endpoint())?.[1];
    if (socket === undefined || !CONTAINER_NAME.test(name))
      throw this.#refused("a container can only be made like another by the engine's own socket, with a plain name");
    const answer = await this.#do(commands.createByApi(this.#words, socket, name), { stdin: JSON.stringify(body) });
    const [, said = "", status = ""] = /^([\s\S]*)\n(\d{3})\s*$/u.exec(answer) ?? [];
    const id = /"Id":"([0-9a-f]{64})"/u.exec(said)?.[1];
    if (status === "201" && id !== undefined) return id;
    throw giveUp("command-failed", `the engine made no container ${quoted(name)}: ${said.trim()}`)
      .at(this.#shell.label)
      .advise("Look at what it says; the container that was to be copied is as it was.");
  }

  #own(directory: string): void {
    if (!OWN.test(directory) || directory.includes("/../"))
      throw this.#refused(`${quoted(directory)} is no copy that was made for a while`);
  }

  async #absent(path: string): Promise<void> {
    if ((await this.kind(path)) !== "absent") throw this.#refused(`${quoted(path)} is there already`);
  }

  async #compared(argv: Argv, path: string, stdin = ""): Promise<void> {
    const result = await this.#shell.run(argv, { stdin });
    const refusal = refusalOfOwner(this.#shell, path, result);
    if (refusal !== undefined) throw refusal;
    if (result.code === CHANGED) throw this.#refused(`${quoted(path)} is not what it was when it was read`);
    if (result.code !== 0) throw failureOfWork(this.#shell, argv, result);
  }

  async #do(argv: Argv, options?: CommandOptions): Promise<string> {
    const result = await this.#shell.run(argv, { ...options });
    if (result.code !== 0) throw this.#failed(argv, result);
    return result.stdout;
  }

  #failed(argv: Argv, result: CommandResult): RecoverError {
    return refusalOfOwner(this.#shell, this.#shell.label, result) ?? failureOfWork(this.#shell, argv, result);
  }

  #number(stdout: string, pattern: RegExp): number {
    const found = pattern.exec(stdout)?.[1];
    if (found !== undefined) return Number(found);
    throw answerError("answer-malformed", "an answer holds no number", this.#shell.label);
  }

  #refused(message: string, effect: "none" | "unknown" = "none"): RecoverError {
    return new RecoverError("guard-refused", message, {
      remedy: "Look at it there; nothing of it was changed.",
      place: this.#shell.label,
      effect,
    });
  }
}

/** The program's words with the paths as they are called outside of its container. */
const namedOutside = (said: string, from: string, to: string): string =>
  said.replaceAll("'/from", `'${from}`).replaceAll("'/to/", `'${to.slice(0, to.lastIndexOf("/"))}/`);

const reasonIn = (said: string): string | undefined => said.trim().replaceAll("\n", "; ") || undefined;

/** Files of a server that runs come and go. */
function onlyVanished(stderr: string): boolean {
  const lines = stderr.split("\n").filter((line) => line !== "");
  return lines.length > 0 && lines.every((line) => /: No such file or directory$/u.test(line));
}
