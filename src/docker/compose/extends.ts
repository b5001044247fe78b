/** `extends:` of a service: the name of another one, or a map that says in which file it is. */
import { quoted } from "../../kit/text/printable.ts";
import { child, type ComposeMap, type Place } from "./node.ts";
import { type Scope, textOf } from "./scope.ts";

export interface ExtendsLink {
  readonly service: string;
  /** As it is written; undefined for the file itself. */
  readonly file: string | undefined;
  readonly place: Place;
}

/** Undefined if the service extends nothing; a text says why it is not known what it extends. */
export function readExtends(node: ComposeMap, service: string, scope: Scope): ExtendsLink | string | undefined {
  const value = child(node, "extends");
  if (value === undefined || value.tag === "!reset") return undefined;
  const named = textOf(value.kind === "map" ? child(value, "service") : value, scope);
  const file = textOf(child(value, "file"), scope);
  if (named?.known !== true || file?.known === false) {
    const message = `what ${quoted(service)} extends is not known`;
    scope.problems.add(value.place, { message, remedy: "See what Compose makes of it: `docker compose config`." });
    return message;
  }
  return { service: named.text, file: file?.text, place: value.place };
}
