/**
 * Which files Compose takes where none are named: the first candidate in the directory or the next one above it that has
 * any, then an override beside it (compose 1.29 `config/config.py`, compose-go 2.9 `cli/options.go`).
 */
import { posix } from "node:path";
import type { Generation } from "./names.ts";

const CANDIDATES: Readonly<Record<Generation, readonly string[]>> = {
  v1: ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"],
  v2: ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
};

const OVERRIDES: Readonly<Record<Generation, readonly string[]>> = {
  v1: ["docker-compose.override.yml", "docker-compose.override.yaml", "compose.override.yml", "compose.override.yaml"],
  v2: ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"],
};

export interface DefaultFiles {
  readonly directory: string;
  /** Absolute, the one that counts least first. */
  readonly files: readonly string[];
  /** Overrides beside the first one: v1 refuses to go on, v2 ignores them. */
  readonly ignored: readonly string[];
}

/** `names` are the entries of a directory, undefined where it cannot be listed. Undefined where no file is found. */
export async function defaultFiles(
  start: string,
  generation: Generation,
  names: (directory: string) => Promise<readonly string[] | undefined>,
): Promise<DefaultFiles | undefined> {
  for (let directory = posix.resolve(start); ; directory = posix.dirname(directory)) {
    const there = new Set((await names(directory)) ?? []);
    const winner = CANDIDATES[generation].find((name) => there.has(name));
    if (winner !== undefined) {
      const [override, ...ignored] = OVERRIDES[generation].filter((name) => there.has(name));
      const files = override === undefined ? [winner] : [winner, override];
      return { directory, files: files.map((name) => posix.join(directory, name)), ignored };
    }
    if (directory === "/") return undefined;
  }
}

/** COMPOSE_FILE: paths divided by COMPOSE_PATH_SEPARATOR, ":" where that is not set. */
export function listedFiles(variable: string, separator: string | undefined, directory: string): readonly string[] {
  const parts = variable.split(separator === undefined || separator === "" ? ":" : separator);
  return parts.filter((part) => part !== "").map((part) => posix.resolve(directory, part));
}

/** The override that the generation takes beside that file. */
export function overrideFor(file: string, generation: Generation | undefined): string {
  const [, base, ending] = /([^/]*?)(?:\.(ya?ml))?$/u.exec(file) ?? [];
  const known = base === "compose" && generation !== "v1" ? "compose" : "docker-compose";
  return posix.join(posix.dirname(file), `${known}.override.${ending ?? "yml"}`);
}
