/** `volumes:` of a service, short and long form (compose-go 2.9 `format/volume.go`, compose 1.29 `config/types.py`). */
import { posix } from "node:path";
import { child, type ComposeMap, type ComposeNode, type Place } from "./node.ts";
import { mapKnown, type PlacedText, type Resolved, shown, unknown } from "./resolved.ts";
import { hostPath, notUnderstood, type Scope, textOf } from "./scope.ts";

export interface Mount {
  /** "other": an image, a named pipe or a cluster volume; "unknown": a variable decides it. */
  readonly kind: "bind" | "named" | "anonymous" | "tmpfs" | "other" | "unknown";
  /** Host path of a bind, key of a named volume; absent if there is none. */
  readonly source?: Resolved;
  /** Source as the file has it, variables filled in if they are known: "./postgres". */
  readonly written?: string;
  /** Path in the container, without a "/" at its end. */
  readonly target: Resolved;
  readonly readOnly: boolean | "unknown";
  readonly form: "short" | "long";
  readonly place: Place;
}

/** Undefined, and a problem, for a text that is no mount. */
export function readMount(node: ComposeNode, scope: Scope): Mount | undefined {
  const mount = node.kind === "map" ? longMount(node, scope) : shortMount(node, scope);
  if (mount === undefined) notUnderstood(node, scope, "a volume of the service");
  return mount;
}

function shortMount(node: ComposeNode, scope: Scope): Mount | undefined {
  const text = textOf(node, scope);
  if (text === undefined) return undefined;
  const base = { form: "short", place: node.place } as const;
  if (!text.known) return { ...base, kind: "unknown", target: text, readOnly: "unknown" };
  const parts = splitShort(text.text);
  if (parts === undefined) return undefined;
  const [first = "", second, options = ""] = parts;
  if (second === undefined) return { ...base, kind: "anonymous", target: target(text, first), readOnly: false };
  const common = { ...base, written: first, target: target(text, second), readOnly: options.split(",").includes("ro") };
  if (!isPath(first)) return { ...common, kind: "named", source: { known: true, text: first } };
  return { ...common, kind: "bind", source: hostPath(first, scope) };
}

/** At the colons, a drive letter's apart; undefined for empty parts and for too many. */
function splitShort(text: string): readonly string[] | undefined {
  const parts = text.split(":");
  const [drive = "", rest] = parts;
  const joined = /^[A-Za-z]$/u.test(drive) && rest !== undefined ? [`${drive}:${rest}`, ...parts.slice(2)] : parts;
  return joined.length > 3 || joined.includes("") ? undefined : joined;
}

function isPath(source: string): boolean {
  return /^(?:[./~]|\\\\|[A-Za-z]:)/u.test(source);
}

function longMount(node: ComposeMap, scope: Scope): Mount | undefined {
  const type = textOf(child(node, "type"), scope);
  const to = firstOf(node, ["target", "dst", "destination"], scope);
  if (to === undefined) return undefined;
  const from = firstOf(node, ["source", "src"], scope);
  const base = {
    form: "long",
    place: node.place,
    target: mapKnown(to, trimmed),
    readOnly: readOnly(node, scope),
  } as const;
  if (type !== undefined && !type.known) return { ...base, kind: "unknown", ...written(from) };
  switch (type?.text ?? "volume") {
    case "volume":
      return from === undefined
        ? { ...base, kind: "anonymous" }
        : { ...base, kind: "named", source: from, ...written(from) };
    case "bind":
      return { ...base, kind: "bind", ...boundTo(from, scope), ...written(from) };
    case "tmpfs":
      return { ...base, kind: "tmpfs" };
    default:
      return { ...base, kind: "other", ...written(from) };
  }
}

function boundTo(from: PlacedText | undefined, scope: Scope): { source: Resolved } {
  if (from === undefined) return { source: unknown("", "the bind has no source") };
  return { source: from.known ? hostPath(from.text, scope) : from };
}

function written(from: PlacedText | undefined): { readonly written?: string } {
  return from === undefined ? {} : { written: from.known ? from.text : from.raw };
}

function firstOf(node: ComposeMap, keys: readonly string[], scope: Scope): PlacedText | undefined {
  for (const key of keys) {
    const text = textOf(child(node, key), scope);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readOnly(node: ComposeMap, scope: Scope): boolean | "unknown" {
  const said = firstOf(node, ["read_only", "readonly", "ro"], scope);
  if (said === undefined) return false;
  return said.known ? /^(?:true|yes|on|y)$/iu.test(said.text) : "unknown";
}

function target(text: Resolved, path: string): Resolved {
  return mapKnown(text, () => trimmed(path));
}

function trimmed(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/+$/u, "") : normal;
}

/** "./postgres:/var/lib/postgresql/data" for a person. */
export function shownMount({ source, written, target }: Mount): string {
  const from = written ?? (source === undefined ? undefined : shown(source));
  return from === undefined ? shown(target) : `${from}:${shown(target)}`;
}
