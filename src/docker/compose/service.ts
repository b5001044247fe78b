/** One service: one file's definition, and the merged one of several files. */
import { optional } from "../../kit/optional.ts";
import type { Mount } from "./mount.ts";
import { readMount } from "./mount.ts";
import { child, type ComposeMap, type ComposeNode, entriesOf, itemsOf, type Place } from "./node.ts";
import { type Port, readPort } from "./port.ts";
import type { PlacedText } from "./resolved.ts";
import { notUnderstood, type Scope, textOf, textsOf } from "./scope.ts";

/** The place of the service's key in a file. */
export interface Definition {
  readonly place: Place;
  /** Whether it was read as the base of an `extends`. */
  readonly base: boolean;
}

export interface Service {
  readonly name: string;
  /** In the order in which they count; a later one wins. */
  readonly definitions: readonly Definition[];
  readonly image?: PlacedText;
  readonly build?: Place;
  readonly containerName?: PlacedText;
  readonly restart?: PlacedText;
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly PlacedText[];
  readonly volumesFrom: readonly PlacedText[];
  readonly ports: readonly Port[];
  readonly envFiles: readonly PlacedText[];
  /** Undefined for a variable that is handed on from the caller's environment. */
  readonly environment: ReadonlyMap<string, PlacedText | undefined>;
  readonly dependsOn: readonly PlacedText[];
  readonly profiles: readonly PlacedText[];
  /** Why the lists above may lack something: a file of an `extends` that was not read. Empty: all was read. */
  readonly gaps: readonly string[];
}

export function readService(
  name: string,
  at: { readonly keyPlace: Place; readonly node: ComposeMap },
  scope: Scope,
): Service {
  const { keyPlace, node } = at;
  const get = (key: string): ComposeNode | undefined => child(node, key);
  const texts = (key: string): readonly PlacedText[] => textsOf(get(key), scope, `"${key}" of the service`);
  const build = get("build");
  return {
    name,
    definitions: [{ place: keyPlace, base: false }],
    ...optional("image", textOf(get("image"), scope)),
    ...optional("build", build?.place),
    ...optional("containerName", textOf(get("container_name"), scope)),
    ...optional("restart", textOf(get("restart"), scope)),
    mounts: itemsOf(get("volumes")).flatMap((item) => readMount(item, scope) ?? []),
    tmpfs: texts("tmpfs"),
    volumesFrom: texts("volumes_from"),
    ports: itemsOf(get("ports")).flatMap((item) => readPort(item, scope) ?? []),
    envFiles: itemsOf(get("env_file")).flatMap((item) => envFile(item, scope)),
    environment: environment(get("environment"), scope),
    dependsOn: namesOf(get("depends_on"), scope, "depends_on"),
    profiles: texts("profiles"),
    gaps: [],
  };
}

function envFile(node: ComposeNode, scope: Scope): readonly PlacedText[] {
  const text = textOf(node.kind === "map" ? child(node, "path") : node, scope);
  if (text === undefined) notUnderstood(node, scope, '"env_file" of the service');
  return text === undefined ? [] : [text];
}

/** A list of names, or a map whose keys they are. */
function namesOf(node: ComposeNode | undefined, scope: Scope, what: string): readonly PlacedText[] {
  if (node?.kind !== "map") return textsOf(node, scope, `"${what}" of the service`);
  return entriesOf(node).map(([name, { keyPlace }]) => ({ known: true, text: name, place: keyPlace }));
}

function environment(node: ComposeNode | undefined, scope: Scope): ReadonlyMap<string, PlacedText | undefined> {
  if (node?.kind === "map") return new Map(entriesOf(node).map(([name, { value }]) => [name, valueOf(value, scope)]));
  const found = new Map<string, PlacedText | undefined>();
  for (const text of textsOf(node, scope, '"environment" of the service')) {
    const written = text.known ? text.text : text.raw;
    const equals = written.indexOf("=");
    if (equals < 0) found.set(written, undefined);
    else found.set(written.slice(0, equals), withText(text, equals + 1));
  }
  return found;
}

/** A key without a value hands the caller's own on; `KEY: ""` is empty. */
function valueOf(value: ComposeNode, scope: Scope): PlacedText | undefined {
  return textOf(value, scope);
}

function withText(text: PlacedText, from: number): PlacedText {
  return text.known ? { ...text, text: text.text.slice(from) } : { ...text, raw: text.raw.slice(from) };
}
