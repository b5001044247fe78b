/**
 * The names that the two generations give to containers, volumes and networks. v1 is the Python program
 * `docker-compose` 1.x (1.29: `cli/command.py` `get_project_name`, `service.py`), v2 the plugin `docker compose`
 * (compose-go 2.9: `loader/loader.go`).
 */
import { known, mapKnown, type Resolved, unknown } from "./resolved.ts";

export type Generation = "v1" | "v2";

/**
 * v1 lower-cases, and strips every character but letters, digits, "-" and "_"; v2 does so too, and strips leading "-"
 * and "_".
 */
export function normalizedProject(name: string, generation: Generation): string {
  const kept = name.toLowerCase().replace(/[^-_a-z0-9]/gu, "");
  return generation === "v1" ? kept : kept.replace(/^[_-]+/u, "");
}

export interface NameSources {
  /** `-p`, when one is known to be used. */
  readonly option?: string | undefined;
  /** COMPOSE_PROJECT_NAME of the environment or of `.env`; undefined if it is not set. */
  readonly variable: Resolved | undefined;
  /** `name:` of the last file that has one. v1 knows no such key. */
  readonly declared: Resolved | undefined;
  readonly directory: string;
}

/** The project's name: option, variable, then (v2) `name:`, then the directory's own name. */
export function projectName(sources: NameSources, generation: Generation): Resolved {
  const { option, variable, declared, directory } = sources;
  const own =
    directory
      .split("/")
      .filter((part) => part !== "")
      .at(-1) ?? "";
  const given = option !== undefined ? known(option) : isSet(variable) ? variable : undefined;
  if (generation === "v1")
    return mapKnown(given ?? known(own === "" ? "default" : own), (name) => normalizedProject(name, "v1"));
  const explicit = given ?? declared;
  if (explicit === undefined) return nonEmpty(normalizedProject(own, "v2"), own);
  if (!explicit.known || normalizedProject(explicit.text, "v2") === explicit.text) return explicit;
  return unknown(
    explicit.text,
    "Compose v2 refuses a project name with capitals or other characters than a-z, 0-9, - and _",
  );
}

function isSet(variable: Resolved | undefined): variable is Resolved {
  return variable !== undefined && (!variable.known || variable.text !== "");
}

function nonEmpty(name: string, own: string): Resolved {
  return name === "" ? unknown(own, "the directory's name gives Compose v2 no project name") : known(name);
}

/** `mastodon_db_1` or `mastodon-db-1`; v2 with `--compatibility` goes by v1's. */
export function containerName(
  project: string,
  service: string,
  about: { readonly number?: number; readonly generation: Generation },
): string {
  return [project, service, String(about.number ?? 1)].join(about.generation === "v1" ? "_" : "-");
}

/** The engine's name of a volume that neither has a `name:` nor is external: the same in both generations. */
export function volumeName(project: string, key: string): string {
  return `${project.replace(/^[-_]+/u, "")}_${key}`;
}
