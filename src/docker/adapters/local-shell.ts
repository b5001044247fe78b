/** The shell of this machine, for the `docker` CLI: with those variables that lead it to an engine, and no other. */
import { programPath } from "../../kit/process/program-path.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import type { Shell } from "../../kit/shell/shell.ts";
import { type ProgramResult, type RunProgram, runProgram } from "../../kit/spawn/spawn.ts";
import { programMissing } from "./failure.ts";

/** Variables that the CLI reads, and that `ssh://` engines need. */
const PASSED = [
  ...["HOME", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK"],
  ...["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS", "DOCKER_TLS_VERIFY"],
  "DOCKER_API_VERSION",
];

export interface LocalShellOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  /** Default: starts a process. */
  readonly run?: RunProgram;
}

export const HERE = "here";

export function localShell({ env, secrets, signal, run = runProgram }: LocalShellOptions): Shell {
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return {
    label: HERE,
    secrets,
    run: async ([program, ...args], options = {}): Promise<ProgramResult> => {
      try {
        return await run({
          program,
          args,
          env: { ...passed, PATH: programPath(env), LC_ALL: "C" },
          signal,
          ...options,
        });
      } catch (error) {
        throw programMissing(error, HERE);
      }
    },
  };
}
