/**
 * A sandbox by a container of Docker's engine on this machine. Its image is empty: programs and libraries are this machine's,
 * mounted to be read. The container's first process waits for its standard input to end, so that everything inside ends with
 * the process that began it.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { giveUp } from "../../../errors.ts";
import type { Command, Confined, ConfinedServer, Sandbox } from "../../../ports/sandbox.ts";
import { runProgram } from "../../../kit/spawn/spawn.ts";
import { begun } from "./begun.ts";
import { BOUNDS } from "./limits.ts";
import { shownFor } from "./mounts.ts";
import { noteServer } from "./note.ts";

/**
 * Options before each word of `docker`. A context or a plug-in of the account's own settings could lead to another machine,
 * which would get the archive's data; the settings of a proxy could hold a password.
 */
export const ENGINE = ["--config", "/nonexistent", "--host", "unix:///var/run/docker.sock"] as const;

const ALONE = [
  ...["--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
  ...["--log-driver", "none", "--workdir", "/"],
];
const LIMITS = [
  ...["--pids-limit", String(BOUNDS.processes)],
  ...["--ulimit", "core=0", "--ulimit", `fsize=${BOUNDS.file}`, "--oom-score-adj", String(BOUNDS.firstToGo)],
  ...["--shm-size", String(BOUNDS.inMemory), "--tmpfs", `/tmp:size=${BOUNDS.inMemory},mode=1777`],
  ...["--memory", String(BOUNDS.memory)],
];

/**
 * Run by the first process, which nothing inside can kill: it begins the server, hands SIGINT on, and ends when the server has
 * ended, or when nobody holds its standard input any more. Who kills `cat` inside ends everything.
 */
const FIRST_PROCESS = `exec 3<&0 </dev/null
cat <&3 >/dev/null &
keeper=$!
trap 'exit 0' TERM
("$@"; kill -TERM 1) 3<&- &
trap 'kill -INT -1' INT
while kill -0 $keeper 2>/dev/null; do wait $keeper; done`;

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

export interface ContainerParts {
  /** Absolute path of `docker`. */
  readonly docker: string;
  readonly version: string;
  /** Id of the empty one. */
  readonly image: string;
  /** Environment of `docker` itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export class ContainerSandbox implements Sandbox {
  readonly kind = "container";
  readonly name: string;
  readonly #parts: ContainerParts;

  constructor(parts: ContainerParts) {
    this.#parts = parts;
    this.name = `a container of Docker ${parts.version}`;
  }

  command(confined: Confined): Command {
    return this.#run(["--interactive"], confined, [confined.program, ...confined.args]);
  }

  async start(server: ConfinedServer): Promise<void> {
    const name = `dingo-recover-${randomBytes(8).toString("hex")}`;
    const words = ["/bin/sh", "-c", FIRST_PROCESS, "sh", server.program, ...server.args];
    const command = this.#run(["--interactive", "--name", name], server, words);
    const child = await begun(command, ["pipe", server.log, server.log]);
    const pid = await this.#firstProcess(name, () => child.exitCode !== null);
    // None if it could not be made: the log says why, and the server is down.
    if (pid !== undefined) noteServer(server.note, pid);
  }

  #run(options: readonly string[], confined: Confined, words: readonly string[]): Command {
    const { program, env, writes, reads, as } = confined;
    const { mounts, links } = shownFor(program);
    const [entry = program, ...args] = words;
    const uid = as?.uid ?? process.getuid?.() ?? 0;
    const gid = as?.gid ?? process.getgid?.() ?? 0;
    return {
      program: this.#parts.docker,
      env: this.#parts.env,
      as: undefined,
      args: [
        ...[...ENGINE, "run", ...options, ...ALONE, "--user", `${uid}:${gid}`, ...LIMITS],
        ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
        ...mounts.flatMap(({ from, to }) => bound(from, to, "read")),
        ...links.flatMap(({ at }) => bound(at, at, "read")),
        ...reads.flatMap((path) => bound(path, path, "read")),
        ...[...new Set(writes)].flatMap((path) => bound(path, path, "write")),
        ...["--entrypoint", entry, this.#parts.image, ...args],
      ],
    };
  }

  /** Its number on this machine; undefined if the container ended before it had one. */
  async #firstProcess(name: string, hasEnded: () => boolean): Promise<number | undefined> {
    const { docker, env, signal } = this.#parts;
    for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
      const args = [...ENGINE, "inspect", "--format", "{{.State.Pid}}", name];
      const { code, stdout } = await runProgram({ program: docker, args, env, cwd: "/", signal });
      const pid = Number(stdout.trim());
      if (code === 0 && pid > 1) return pid;
      if (hasEnded()) return undefined;
      // Real time: it is the engine that is waited for.
      await delay(POLL_MS);
    }
    throw giveUp("command-failed", "the container of the scratch server does not begin")
      .at(name)
      .advise("Look at server.log in the run's place, and whether the engine answers; then resume.");
  }
}

/** A value of Docker's `--mount` is one line of CSV: a comma in a path stands in quotes. */
function bound(from: string, to: string, how: "read" | "write"): readonly string[] {
  const fields = ["type=bind", `source=${from}`, `target=${to}`, ...(how === "read" ? ["readonly"] : [])];
  return ["--mount", fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")];
}
