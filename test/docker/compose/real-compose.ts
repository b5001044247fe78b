/** The result of the two real programs for a project: `docker-compose config` 1.29 and `docker compose config` 2. */
import { execa } from "execa";
import { join } from "node:path";
import { parse } from "yaml";
import { cacheDirectory } from "../../rig/cache.ts";
import type { Generation } from "../../../src/docker/compose/names.ts";

export interface Configured {
  readonly name?: string;
  readonly services?: Readonly<Record<string, ConfiguredService>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string; readonly external?: unknown } | null>>;
}

export interface ConfiguredService {
  readonly image?: string;
  readonly volumes?: readonly (
    | string
    | { readonly type: string; readonly source?: string; readonly target: string; readonly read_only?: boolean }
  )[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}

/** Undefined if the program refuses the files; the environment is HOME and nothing else. */
export async function configured(
  generation: Generation,
  files: readonly string[],
  cwd: string,
): Promise<Configured | undefined> {
  const program = generation === "v1" ? "/usr/bin/docker-compose" : join(cacheDirectory, "bin", "compose");
  const args = [...files.flatMap((file) => ["-f", file]), "config"];
  const result = await execa(program, args, {
    cwd,
    extendEnv: false,
    env: { HOME: "/home/op", PATH: "/usr/bin:/bin" },
    reject: false,
  });
  return result.exitCode === 0 ? (parse(result.stdout) as Configured) : undefined;
}
