/** The labels of Compose: 1.29 `const.py`, Compose v2 `pkg/api/labels.go`. */
import { posix } from "node:path";
import type { ComposeMembership } from "./survey.ts";

const PREFIX = "com.docker.compose";

export function membershipOf(labels: Readonly<Record<string, string>>): ComposeMembership | null {
  const label = (name: string): string => labels[`${PREFIX}.${name}`] ?? "";
  if (label("project") === "" || label("service") === "") return null;
  const directory = label("project.working_dir");
  // v1 writes paths as they were given, v2 absolute ones.
  const files = label("project.config_files")
    .split(",")
    .filter((file) => file !== "")
    .flatMap((file) =>
      file.startsWith("/") ? [file] : directory.startsWith("/") ? [posix.join(directory, file)] : [],
    );
  return { project: label("project"), service: label("service"), directory, files, oneOff: label("oneoff") === "True" };
}

/** Of a volume: the project that made it, and its name in the Compose file. */
export function volumeOf(
  labels: Readonly<Record<string, string>>,
): { readonly project: string; readonly key: string } | undefined {
  const [project, key] = [labels[`${PREFIX}.project`], labels[`${PREFIX}.volume`]];
  return project === undefined || key === undefined ? undefined : { project, key };
}
