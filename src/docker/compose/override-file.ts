/** The file that Compose lays over the others: it gives services mounts and host names, and nothing in the Compose file changes. */
import { posix } from "node:path";
import { isSeq, parseDocument } from "yaml";
import type { ComposeCall } from "../../kit/commands/compose-commands.ts";

/** A directory that a service is given. */
export interface Given {
  readonly service: string;
  /** Directory of the host; as it is written, a path that begins with ".". */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** "" for none. */
  readonly hostname?: string;
}

export interface OverridePlace {
  readonly file: string;
  /** Compose takes it without being told, when it is called in its directory without `-f`. */
  readonly byItself: boolean;
}

const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/u;
/** One that a run wrote, and that every call names since then. */
const NAMED = /\.data\.ya?ml$/u;
const USUAL = { v1: /^(docker-compose)\.(ya?ml)$/u, v2: /^((?:docker-)?compose)\.(ya?ml)$/u };

/** The override that the stack has; else the usual one beside its one file; else one that has to be named by `-f`. */
export function overrideFor({ generation, files }: Pick<ComposeCall, "generation" | "files">): OverridePlace {
  const [main = "", ...others] = files;
  const last = others.at(-1);
  const [, base = "", ending = ""] = USUAL[generation].exec(posix.basename(main)) ?? [];
  if (last !== undefined && OVERRIDE.test(posix.basename(last)))
    return { file: last, byItself: base !== "" && others.length === 1 };
  if (last !== undefined && NAMED.test(last)) return { file: last, byItself: false };
  const beside = (name: string): string => posix.join(posix.dirname(main), name);
  if (base !== "" && others.length === 0) return { file: beside(`${base}.override.${ending}`), byItself: true };
  const [, own = "", kind = "yml"] = /^(.*?)(?:\.(ya?ml))?$/u.exec(posix.basename(last ?? main)) ?? [];
  return { file: beside(`${own}.data.${kind}`), byItself: false };
}

/** Undefined if the present text has no room for it. Dollars are doubled: Compose would fill in variables. */
export function overrideText(existing: string | undefined, given: readonly Given[]): string | undefined {
  const document = parseDocument(existing ?? "", { logLevel: "silent" });
  if (document.errors.length > 0) return undefined;
  try {
    for (const { service, source, target, hostname = "" } of given) {
      if (hostname !== "") document.setIn(["services", service, "hostname"], hostname);
      const [path, item] = [["services", service, "volumes"], `${source}:${target}`.replaceAll("$", "$$$$")];
      const list: unknown = document.getIn(path, true);
      if (isSeq(list)) list.add(item);
      else if (list === undefined) document.setIn(path, document.createNode([item]));
      else return undefined;
    }
  } catch {
    return undefined;
  }
  return document.toString({ lineWidth: 0 });
}
