/** The scope of one file's texts: its variables, and the directory that its relative paths begin at. */
import { posix } from "node:path";
import { interpolate, type Variables } from "./interpolation.ts";
import type { ComposeNode } from "./node.ts";
import type { Problems } from "./problems.ts";
import { known, type PlacedText, type Resolved, unknown } from "./resolved.ts";

export interface Scope {
  readonly variables: Variables;
  /** Absolute. */
  readonly directory: string;
  /** Home of the account that calls Compose; undefined when it is not known. */
  readonly home: string | undefined;
  readonly problems: Problems;
}

/** A scalar with its variables filled in; undefined for a node that is no text. */
export function textOf(node: ComposeNode | undefined, scope: Scope): PlacedText | undefined {
  if (node?.kind !== "scalar" || node.empty) return undefined;
  return { ...interpolate(node.text, scope.variables), place: node.place };
}

/** A list of texts, or the one text in its place; any other node is a problem. */
export function textsOf(node: ComposeNode | undefined, scope: Scope, what: string): readonly PlacedText[] {
  if (node === undefined || (node.kind === "scalar" && node.empty)) return [];
  const items = node.kind === "list" ? node.items : [node];
  return items.flatMap((item) => {
    const text = textOf(item, scope);
    if (text === undefined) notUnderstood(item, scope, what);
    return text ?? [];
  });
}

export function notUnderstood(node: ComposeNode, { problems }: Scope, what: string): void {
  problems.add(node.place, {
    message: `${what} has a form that is not understood`,
    remedy: "See what Compose makes of it: `docker compose config`.",
  });
}

/** A path of the host as Compose hands it to the engine. */
export function hostPath(path: string, { directory, home }: Scope): Resolved {
  if (path.startsWith("~")) {
    if (path !== "~" && !path.startsWith("~/")) return unknown(path, "the home of another user is not known here");
    return home === undefined
      ? unknown(path, "the home of whoever calls Compose is not known")
      : known(posix.join(home, path.slice(1)));
  }
  return known(posix.resolve(directory, path));
}
