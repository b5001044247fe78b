/** The Docker engine of a cell, by its own client under sudo (dingo.md §1.8, §5). */
import { DOCKER } from "../../../kit/log-patterns/docker.ts";
import { refuse } from "../../../errors.ts";
import {
  dockerInspect,
  dockerList,
  dockerLogs,
  dockerRestartPolicy,
  dockerStart,
  dockerStop,
  dockerVersion,
} from "../../../kit/commands/host-commands.ts";
import type { Container, ContainerEngine } from "../../../ports/cells.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { environmentOf, type Inspected, nameOf, parseInspected, toContainer } from "./container-json.ts";
import { answerError } from "../../../kit/shell/json-answer.ts";
import { change, failure, type Shell, succeed } from "../../../kit/shell/shell.ts";

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

  /** All containers that were there when it was asked, without those that vanished since: on a busy cell some always do. */
  async list(): Promise<readonly Container[]> {
    const found: Inspected[] = [];
    let asked = await this.#ids();
    while (asked.length > 0) {
      const { answers, rest } = await this.#inspectMany(asked);
      found.push(...answers);
      asked = rest;
    }
    return found.map((answer) => toContainer(answer, this.#shell.secrets));
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

  /** A variable's value, registered as a secret; undefined if the container is there and lacks it. */
  async secret(name: string, variable: string): Promise<string | undefined> {
    const answer = await this.#inspected(name);
    if (answer === undefined)
      throw refuse("command-failed", `there is no container ${quoted(name)} on "${this.#shell.label}"`)
        .at(this.#shell.label)
        .advise("Look with `docker ps -a` on the cell which container is meant.");
    const value = environmentOf(answer.Config.Env ?? []).get(variable);
    return value === undefined ? undefined : this.#shell.secrets.register(value);
  }

  async #ids(): Promise<readonly string[]> {
    const ids = (await succeed(this.#shell, dockerList())).split("\n").filter((line) => line !== "");
    if (ids.every((id) => /^[0-9a-f]{64}$/.test(id))) return ids;
    throw answerError("answer-malformed", "the answer of `docker ps` is no list of container ids", this.#shell.label);
  }

  /** The containers that Docker told, and the ids that it said nothing of: an old Docker stops at the first that is gone. */
  async #inspectMany(ids: readonly string[]): Promise<{ answers: readonly Inspected[]; rest: readonly string[] }> {
    const argv = dockerInspect(...ids);
    const result = await this.#shell.run(argv);
    const gone = result.code === 0 ? [] : ids.filter((id) => saysAbsent(result.stderr, id));
    if (result.code !== 0 && gone.length === 0) throw failure(this.#shell, argv, result);
    const answers = parseInspected(result.stdout, this.#shell.label);
    const known = new Set([...gone, ...answers.map(({ Id }) => Id)]);
    const rest = ids.filter((id) => !known.has(id));
    if (rest.length === 0 || gone.length > 0) return { answers, rest };
    throw answerError("answer-incomplete", "the answer of `docker inspect` lacks containers", this.#shell.label);
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

function saysAbsent(stderr: string, name: string): boolean {
  return stderr
    .split("\n")
    .some((line) => DOCKER.containerAbsent.says.test(line) && line.trimEnd().endsWith(`: ${name}`));
}

/** Docker's own rule for names, so that none can be read as an option. */
export function containerName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return name;
  throw refuse("guard-refused", `${quoted(name)} cannot be the name of a container`).advise(
    "Names of Dingo's containers are cf- and the node's GUID.",
  );
}

/** Docker gives a container's stdout and stderr apart; the time stamps of `docker logs -t` put them together again. */

interface Stamped {
  readonly time: string;
  readonly line: string;
}

/** RFC 3339 in UTC with nine digits of nanoseconds: of one width, so that text order is time order. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) ?/;

/** Lines oldest first, without their stamps. A line without a stamp belongs to the line before it. */
export function mergeByTime(stdout: string, stderr: string): string[] {
  const out = stamped(stdout);
  const err = stamped(stderr);
  const merged: string[] = [];
  let next = 0;
  for (const { time, line } of out) {
    for (let waiting = err[next]; waiting !== undefined && waiting.time < time; waiting = err[next]) {
      merged.push(waiting.line);
      next += 1;
    }
    merged.push(line);
  }
  return [...merged, ...err.slice(next).map(({ line }) => line)];
}

function stamped(text: string): Stamped[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let time = "";
  return lines.map((line) => {
    time = STAMP.exec(line)?.[1] ?? time;
    return { time, line: line.replace(STAMP, "") };
  });
}
