/**
 * `docker` alone for a tool whose engine is elsewhere, and for one that runs on the engine's own machine the programs of that
 * machine. `env` and `sh` are among these, so that no file of the rehearser's machine is met.
 */
import type { Ended } from "../ended.ts";
import { putScript, type Reading, type Served, servePrograms } from "../served-programs.ts";

/**
 * The box's `sudo`. The rehearser's own `sudo` forgets PATH and DOCKER_HOST, and would lead out of the box, as root, to
 * the engine of the machine (law 13). It asks for no password, and runs the program that the child's own PATH finds.
 */
const SUDO = `#!/bin/sh
[ "$1" = -n ] && [ $# -gt 1 ] || { echo 'sudo: the box knows sudo -n COMMAND alone' >&2; exit 1; }
shift
command -v "$1" > /dev/null || { echo "sudo: $1: command not found" >&2; exit 1; }
exec "$@"
`;

const OF_MACHINE = ["docker", "docker-compose", "env", "id", "uname", "sh", "curl"];

/** As the real one does, `docker` reads only if it is told to. */
const reading = (program: string): Reading => (program === "docker" ? ["-i", "-"] : "all");

/** A program, its words and its input: one character for each byte. */
export interface DockerProgramCall {
  readonly program: string;
  readonly words: readonly string[];
  readonly stdin: string;
}

/** The signal is aborted when the program ends before its answer. */
type Answer = (call: DockerProgramCall, signal: AbortSignal) => Ended | Promise<Ended>;

/** Writes them into `directory`. */
export const serveMachine = (directory: string, answer: Answer): Promise<Served> =>
  serve(directory, OF_MACHINE, answer);

export const serveDockerProgram = (directory: string, answer: Answer): Promise<Served> =>
  serve(directory, ["docker"], answer);

async function serve(directory: string, names: readonly string[], answer: Answer): Promise<Served> {
  putScript(directory, "sudo", SUDO);
  return await servePrograms({
    directory,
    names,
    reading,
    answer: async ({ program, words, stdin }, signal) =>
      answer({ program, words, stdin: Buffer.from(stdin).toString("latin1") }, signal),
  });
}
