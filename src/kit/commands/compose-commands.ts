/** The commands of both generations of Compose, as argv arrays: for the adapter, for describe() and for a stand-in. Pure. */
import { asReader } from "./as-owner.ts";
import type { DockerWords } from "./docker-commands.ts";
import type { Argv } from "./host-commands.ts";

/** `docker-compose` 1.x is "v1", `docker compose` is "v2". */
export type ComposeGeneration = "v1" | "v2";

/** A project as the labels of its containers have it. */
export interface ComposeCall {
  readonly generation: ComposeGeneration;
  /** "": as the files name it themselves. */
  readonly project: string;
  readonly directory: string;
  /** Absolute, the one that counts least first. */
  readonly files: readonly string[];
  /** Those of `--env-file`; empty: Compose takes the directory's `.env`. */
  readonly envFiles?: readonly string[];
}

export interface ComposeUp {
  /** Numbers of containers by service, if they differ from the file. */
  readonly scales?: Readonly<Record<string, number>>;
  /** A container that is there is started as it is, even if the files have changed. */
  readonly keeps?: boolean;
}

export const composeWords = (words: DockerWords, generation: ComposeGeneration): readonly [string, ...string[]] => {
  if (generation === "v2") return [...words, "compose"];
  return words[0] === "sudo" ? ["sudo", "-n", "docker-compose"] : ["docker-compose"];
};

export const composeVersion = (words: DockerWords, generation: ComposeGeneration): Argv => [
  ...composeWords(words, generation),
  "version",
  "--short",
];

const callWords = ({ project, directory, envFiles = [], files }: ComposeCall): readonly string[] => [
  ...(project === "" ? [] : ["-p", project]),
  ...["--project-directory", directory],
  ...envFiles.flatMap((file) => ["--env-file", file]),
  ...files.flatMap((file) => ["-f", file]),
];

/** A file that names another one on the network gets an error: Compose would fetch it, by git or from a registry. */
export const OFFLINE = ["COMPOSE_EXPERIMENTAL_GIT_REMOTE=0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE=0"];

/** Standard input by a name that both generations take for one file of several. */
export const STDIN = "/dev/stdin";
/** Makes standard input a pipe: else that name leads nowhere. */
export const PIPED = 'cat | "$@"';

const directoryOf = (file: string): string => file.slice(0, file.lastIndexOf("/")) || "/";

/**
 * Asks for the services of every profile: nobody noted which profiles were chosen. The first generation shows all unasked.
 * Its answer repeats values of files that a file names, so root asks with the rights of the account that may write there.
 */
const config = (words: DockerWords, call: ComposeCall, ...rest: readonly string[]): Argv => {
  const { directory, files, envFiles = [] } = call;
  const named = [...files, ...envFiles].filter((file) => file !== STDIN);
  const argv = asReader(
    [...new Set([directory, ...named.map(directoryOf)])],
    ...(files.includes(STDIN) ? ["sh", "-c", PIPED, "sh"] : []),
    ...["env", "LC_ALL=C", ...OFFLINE],
    ...composeWords(["docker"], call.generation),
    ...callWords(call),
    ...(call.generation === "v2" ? ["--profile", "*"] : []),
    ...["config", ...rest],
  );
  return words[0] === "sudo" ? ["sudo", "-n", ...argv] : argv;
};

/** The configuration: JSON of the second generation, YAML of the first. */
export const composeConfig = (words: DockerWords, call: ComposeCall): Argv =>
  config(words, call, ...(call.generation === "v2" ? ["--format", "json"] : []));

/** The same, with a text on standard input in the place of one file. */
export const composeConfigOver = (words: DockerWords, call: ComposeCall, file: string): Argv => {
  const files = call.files.includes(file)
    ? call.files.map((each) => (each === file ? STDIN : each))
    : [...call.files, STDIN];
  return composeConfig(words, { ...call, files });
};

/**
 * Lines of a service and its hash. The second generation leaves env files out of it, and not out of a container's label:
 * so standard input is its own `config`, which holds their variables.
 */
export const composeHashes = (words: DockerWords, call: ComposeCall, services: readonly string[]): Argv =>
  call.generation === "v1"
    ? config(words, call, "--hash", services.join(","))
    : config(words, { ...call, files: [STDIN] }, "--hash", services.join(","));

export const composeUp = (
  words: DockerWords,
  call: ComposeCall,
  { services, scales = {}, keeps = false }: { readonly services: readonly string[] } & ComposeUp,
): Argv => [
  ...composeWords(words, call.generation),
  ...callWords(call),
  ...[
    "up",
    "-d",
    ...(keeps ? ["--no-recreate"] : []),
    ...Object.entries(scales).flatMap(([service, count]) => ["--scale", `${service}=${count}`]),
  ],
  ...(services.length === 0 ? [] : ["--no-deps", "--", ...services]),
];
