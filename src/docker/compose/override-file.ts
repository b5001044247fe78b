/** A second file that Compose lays over the first by itself: for a Compose file that git tracks, or that cannot be edited. */
import { posix } from "node:path";
import { parseDocument } from "yaml";
import { addVolumes, type Edited } from "./edit.ts";
import type { Generation } from "./names.ts";
import { isNamed, itemYaml, refusal, scalarYaml, type VolumeChange } from "./volume-item.ts";

export interface OverrideWanted {
  /** `version:` of the first file; v1 refuses an override of another one. Undefined: it has none. */
  readonly version: string | undefined;
  readonly changes: readonly VolumeChange[];
  /** The present text of the override file; undefined when there is none. */
  readonly existing: string | undefined;
}

/** The override that the generation takes beside that file. */
export function overrideFor(file: string, generation: Generation | undefined): string {
  const [, base, ending] = /([^/]*?)(?:\.(ya?ml))?$/u.exec(file) ?? [];
  const known = base === "compose" && generation !== "v1" ? "compose" : "docker-compose";
  return posix.join(posix.dirname(file), `${known}.override.${ending ?? "yml"}`);
}

/** The text of the override file. */
export function overrideText({ version, changes, existing }: OverrideWanted): Edited {
  const no = changes.map(refusal).find((why) => why !== undefined);
  if (no !== undefined) return { done: false, why: no };
  if (existing !== undefined && existing.trim() !== "") return addVolumes(existing, changes, { newServices: true });
  if (version === "1")
    return { done: false, why: "a Compose file of the time before `version:` takes no override of a newer form" };
  const text = [
    ...(version === undefined ? [] : [`version: '${version}'`]),
    "services:",
    ...serviceLines(changes),
    ...topLines(changes),
    "",
  ].join("\n");
  return parseDocument(text).errors.length === 0
    ? { done: true, text, how: "inserted" }
    : { done: false, why: "the names do not fit into a Compose file" };
}

function serviceLines(changes: readonly VolumeChange[]): readonly string[] {
  const services = new Set(changes.map(({ service }) => service));
  return [...services].flatMap((service) => [
    `  ${scalarYaml(service)}:`,
    "    volumes:",
    ...changes.filter((change) => change.service === service).map((change) => `      - ${itemYaml(change)}`),
  ]);
}

function topLines(changes: readonly VolumeChange[]): readonly string[] {
  const keys = new Set(changes.filter(isNamed).map(({ source }) => source));
  return keys.size === 0 ? [] : ["volumes:", ...[...keys].map((key) => `  ${scalarYaml(key)}:`)];
}
