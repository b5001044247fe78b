/** The labels that Compose puts on what it makes: 1.29 `const.py`, Compose v2 `pkg/api/labels.go`. */
import { posix } from "node:path";
import type { ComposeCall } from "../../kit/commands/compose-commands.ts";

type Labels = Readonly<Record<string, string>>;

export const LABEL = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
  oneOff: "com.docker.compose.oneoff",
  hash: "com.docker.compose.config-hash",
  version: "com.docker.compose.version",
  directory: "com.docker.compose.project.working_dir",
  files: "com.docker.compose.project.config_files",
  envFiles: "com.docker.compose.project.environment_file",
  volume: "com.docker.compose.volume",
} as const;

/** By the labels of a container, in both generations. */
export interface ComposeMembership {
  readonly project: string;
  readonly service: string;
  /** "" if the labels do not say. */
  readonly directory: string;
  /** Absolute if the directory is known. */
  readonly files: readonly string[];
  readonly oneOff: boolean;
}

export function membershipOf(labels: Labels): ComposeMembership | null {
  const [project = "", service = ""] = [labels[LABEL.project], labels[LABEL.service]];
  if (project === "" || service === "") return null;
  const { directory, files } = callByLabels(project, labels);
  return { project, service, directory, files, oneOff: labels[LABEL.oneOff]?.toLowerCase() === "true" };
}

/** How Compose was called for a container. v1 writes paths as they were given, v2 absolute ones. */
export function callByLabels(project: string, labels: Labels): ComposeCall {
  const directory = labels[LABEL.directory] ?? "";
  const paths = (label: string): readonly string[] =>
    (labels[label] ?? "")
      .split(",")
      .filter((file) => file !== "")
      .flatMap((file) =>
        file.startsWith("/") ? [file] : directory.startsWith("/") ? [posix.join(directory, file)] : [],
      );
  const generation = (labels[LABEL.version] ?? "").startsWith("1.") ? "v1" : "v2";
  return { generation, project, directory, files: paths(LABEL.files), envFiles: paths(LABEL.envFiles) };
}

/**
 * The call that has the files of all others: a service that was left alone keeps the labels of an earlier call. Undefined
 * if two calls have files that no third one has together.
 */
export function widestCall(calls: readonly ComposeCall[]): ComposeCall | undefined {
  const [widest] = [...calls].sort((one, other) => other.files.length - one.files.length);
  const has = ({ files, directory }: ComposeCall): boolean =>
    widest !== undefined && directory === widest.directory && files.every((file) => widest.files.includes(file));
  return calls.every(has) ? widest : undefined;
}

/** Of a volume: the project that made it, and its name in the Compose file. */
export function volumeOf(labels: Labels): { readonly project: string; readonly key: string } | undefined {
  const [project, key] = [labels[LABEL.project], labels[LABEL.volume]];
  return project === undefined || key === undefined ? undefined : { project, key };
}
