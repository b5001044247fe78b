/**
 * Reads a Compose project: its files in their order, the files that they include and extend, and the variables that
 * they name. It reads files through its caller and reaches nothing else. A value that nobody can tell is unknown, with
 * the reason.
 */
import { posix } from "node:path";
import type { Diagnostic } from "../../kit/text/diagnostic.ts";
import { type CallerEnvironment, lookUp } from "./environment.ts";
import { FileSet } from "./file-set.ts";
import { type Generation, projectName } from "./names.ts";
import { Problems } from "./problems.ts";
import type { Resolved } from "./resolved.ts";
import type { Service } from "./service.ts";
import type { ReadFile, SourceFile } from "./source.ts";
import type { NamedVolume } from "./volume.ts";

export interface ProjectSource {
  /** Absolute paths, the one that counts least first. */
  readonly files: readonly string[];
  /** Absolute; by default the directory of the first file. */
  readonly directory?: string;
  /** By default `.env` of the directory. */
  readonly envFiles?: readonly string[];
  readonly environment: CallerEnvironment;
  /** Home of the account that calls Compose. */
  readonly home?: string;
  readonly projectOption?: string;
  readonly read: ReadFile;
}

export interface ComposeProject {
  readonly directory: string;
  /** Every Compose file that was read, included and extended ones too. */
  readonly files: readonly SourceFile[];
  /** `version:` of the first file; undefined if it has none. "1" if it is of the time before `version:`. */
  readonly version: string | undefined;
  readonly names: Readonly<Record<Generation, Resolved>>;
  readonly services: readonly Service[];
  readonly volumes: readonly NamedVolume[];
  /** In the order in which they were met. */
  readonly problems: readonly Diagnostic[];
  /** False if a file could not be read: a service that is absent here may exist. */
  readonly complete: boolean;
}

export async function readProject(source: ProjectSource): Promise<ComposeProject> {
  const problems = new Problems();
  const directory = source.directory ?? posix.dirname(source.files[0] ?? "/");
  const set = new FileSet({ read: source.read, caller: source.environment, home: source.home, problems });
  const found = await set.load({
    files: source.files,
    directory,
    ...(source.envFiles === undefined ? {} : { envFiles: source.envFiles }),
    outer: [],
    chain: [],
  });
  const variable = lookUp(source.environment, found.dotEnvs)("COMPOSE_PROJECT_NAME");
  const sources = {
    option: source.projectOption,
    variable: variableText(variable),
    declared: found.name,
    directory,
  };
  return {
    directory,
    files: set.files,
    version: found.version,
    names: { v1: projectName(sources, "v1"), v2: projectName(sources, "v2") },
    services: [...found.services.values()],
    volumes: [...found.volumes.values()],
    problems: problems.list(),
    complete: set.complete,
  };
}

function variableText(variable: ReturnType<ReturnType<typeof lookUp>>): Resolved | undefined {
  if (!variable.known) return { known: false, raw: "$COMPOSE_PROJECT_NAME", why: variable.why };
  return variable.value === undefined ? undefined : { known: true, text: variable.value };
}
