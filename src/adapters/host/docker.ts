/** The Docker engine of a cell, by its own client under sudo (dingo.md §1.8, §5). */
import { RecoverError } from "../../errors.js";
import {
  dockerInspect,
  dockerList,
  dockerLogs,
  dockerRestartPolicy,
  dockerStart,
  dockerStop,
  dockerVersion,
} from "../../host-commands.js";
import type { Container, ContainerEngine } from "../../ports/cells.js";
import { quoted } from "../../printable.js";
import { environmentOf } from "./container-environment.js";
import { type Inspected, nameOf, parseInspected, toContainer } from "./container-json.js";
import { answerError } from "./json-answer.js";
import { mergeByTime } from "./log-lines.js";
import { change, failure, type Shell, succeed } from "./shell.js";

const LIST_ATTEMPTS = 3;
/** Above the grace that the daemon gives the container. */
const STOP_SLACK_MS = 60_000;
const LOG_TIMEOUT_MS = 120_000;
/** A recovery has 150 MiB of memory; callers ask for the time since a start, not for all of it. */
const LOG_MAX_BYTES = 24 * 1024 * 1024;

export class DockerCli implements ContainerEngine {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  async version(): Promise<string> {
    return (await succeed(this.#shell, dockerVersion())).trim();
  }

  async list(): Promise<readonly Container[]> {
    for (let attempt = 1; attempt <= LIST_ATTEMPTS; attempt += 1) {
      const found = await this.#listOnce();
      if (found !== undefined) return found.map((answer) => toContainer(answer, this.#shell.secrets));
    }
    throw answerError("answer-incomplete", "containers come and go while they are listed", this.#shell.label);
  }

  async inspect(name: string): Promise<Container | undefined> {
    const answer = await this.#inspected(name);
    return answer === undefined ? undefined : toContainer(answer, this.#shell.secrets);
  }

  async stop(name: string, graceSeconds: number): Promise<void> {
    const timeoutMs = graceSeconds * 1000 + STOP_SLACK_MS;
    await change(this.#shell, dockerStop(containerName(name), graceSeconds), { timeoutMs });
  }

  async start(name: string): Promise<void> {
    await change(this.#shell, dockerStart(containerName(name)));
  }

  async setRestartPolicy(name: string, policy: "no" | "always"): Promise<void> {
    await change(this.#shell, dockerRestartPolicy(containerName(name), policy));
  }

  async logs(name: string, since: string): Promise<readonly string[]> {
    const argv = dockerLogs(containerName(name), since);
    const result = await this.#shell.run(argv, { timeoutMs: LOG_TIMEOUT_MS, maxOutputBytes: LOG_MAX_BYTES });
    if (result.code !== 0) throw failure(this.#shell, argv, result);
    return mergeByTime(result.stdout, result.stderr);
  }

  /** A variable's value, registered as a secret; undefined where the container is there and lacks it. */
  async secret(name: string, variable: string): Promise<string | undefined> {
    const answer = await this.#inspected(name);
    if (answer === undefined)
      throw new RecoverError("command-failed", `there is no container ${quoted(name)} on "${this.#shell.label}"`, {
        remedy: "Look with `docker ps -a` on the cell which container is meant.",
        place: this.#shell.label,
        effect: "none",
      });
    const value = environmentOf(answer.Config.Env ?? []).get(variable);
    return value === undefined ? undefined : this.#shell.secrets.register(value);
  }

  /** Undefined where a container vanished between the two commands. */
  async #listOnce(): Promise<Inspected[] | undefined> {
    const ids = (await succeed(this.#shell, dockerList())).split("\n").filter((line) => line !== "");
    if (ids.length === 0) return [];
    if (!ids.every((id) => /^[0-9a-f]{64}$/.test(id)))
      throw answerError("answer-malformed", "the answer of `docker ps` is no list of container ids", this.#shell.label);
    const argv = dockerInspect(...ids);
    const result = await this.#shell.run(argv);
    if (result.code === 0) {
      const answers = parseInspected(result.stdout, this.#shell.label);
      if (answers.length === ids.length) return answers;
      throw answerError("answer-incomplete", "the answer of `docker inspect` lacks containers", this.#shell.label);
    }
    if (ids.some((id) => saysAbsent(result.stderr, id))) return undefined;
    throw failure(this.#shell, argv, result);
  }

  /** Docker also takes the beginning of an id for a name: only the exact name or the whole id counts. */
  async #inspected(name: string): Promise<Inspected | undefined> {
    const argv = dockerInspect(containerName(name));
    const result = await this.#shell.run(argv);
    if (result.code === 0)
      return parseInspected(result.stdout, this.#shell.label).find(
        (answer) => nameOf(answer) === name || answer.Id === name,
      );
    if (saysAbsent(result.stderr, name)) return undefined;
    throw failure(this.#shell, argv, result);
  }
}

/** In the words of Docker 1.10 to 28. Every other complaint is no proof of absence (law 5). */
function saysAbsent(stderr: string, name: string): boolean {
  return stderr
    .split("\n")
    .some(
      (line) => /No such (?:object|container|image or container): /.test(line) && line.trimEnd().endsWith(`: ${name}`),
    );
}

/** Docker's own rule for names, so that none can be read as an option. */
export function containerName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return name;
  throw new RecoverError("guard-refused", `${quoted(name)} cannot be the name of a container`, {
    remedy: "Names of Dingo's containers are cf- and the node's GUID.",
    effect: "none",
  });
}
