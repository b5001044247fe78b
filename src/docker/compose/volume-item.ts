/** How an item of `volumes:` is written: `./postgres:/var/lib/postgresql/data`, in quotes if YAML needs them. */
import { hasObeyed } from "../../kit/text/printable.ts";

/** A bind or a named volume that a service is given. */
export interface VolumeChange {
  readonly service: string;
  /** As it is written in the file: a path that begins with ".", "/" or "~", or the key of a named volume. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
}

export function isNamed({ source }: VolumeChange): boolean {
  return !/^[./~]/u.test(source);
}

/** Why Compose could not take it in the short form; undefined if it can. */
export function refusal({ source, target }: VolumeChange): string | undefined {
  for (const [what, path] of [
    ["source", source],
    ["path in the container", target],
  ] as const) {
    if (path === "") return `the ${what} is empty`;
    if (hasObeyed(path) || /[\n\t]/u.test(path)) return `the ${what} holds a control character`;
    if (path.includes(":")) return `the ${what} holds a colon, at which Compose would divide it`;
    if (path.trim() !== path) return `the ${what} begins or ends with white space`;
  }
  if (!target.startsWith("/")) return "the path in the container is not absolute";
  // Docker's own rule for the names of volumes.
  if (!/^[./~]/u.test(source) && !/^[A-Za-z0-9][A-Za-z0-9_.-]+$/u.test(source))
    return "the source is neither a path nor the name of a volume";
  return undefined;
}

/** The text as Compose has it before variables are filled in: a dollar is doubled. */
export function itemText({ source, target }: VolumeChange): string {
  return `${source}:${target}`.replaceAll("$", "$$$$");
}

export function itemYaml(change: VolumeChange): string {
  return scalarYaml(itemText(change));
}

/** Plain if no character has a meaning in YAML, else in single quotes. */
export function scalarYaml(text: string): string {
  return /^[A-Za-z0-9./_][A-Za-z0-9./_@+:~-]*[A-Za-z0-9./_]$/u.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
