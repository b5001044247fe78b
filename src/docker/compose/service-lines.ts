/** The lines of a Compose file that a service is written in: for a person who looks it up. Nothing is judged by them. */
import { isMap, isScalar, parseDocument } from "yaml";
import { Lines } from "../../kit/yaml/lines.ts";

export interface ServiceLines {
  /** Of the service's key, counted from 0. */
  readonly first: number;
  /** Behind its last line: the line of the next key of the file, or the end. */
  readonly end: number;
  /** Columns before the keys of the service; undefined if they do not begin their lines. */
  readonly indent: number | undefined;
}

/** Undefined if the file has no such service, or cannot be read. */
export const serviceLines = (text: string, name: string): ServiceLines | undefined => linesOfServices(text).get(name);

/** By the names of the services; none if the file cannot be read. */
export function linesOfServices(text: string): ReadonlyMap<string, ServiceLines> {
  const root: unknown = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent" }).contents;
  const services: unknown = isMap(root) ? root.get("services", true) : undefined;
  const found = new Map<string, ServiceLines>();
  if (!isMap(root) || !isMap(services)) return found;
  const lines = new Lines(text);
  const lineAt = (offset: number): number => lines.placeOf(offset).line - 1;
  const starts = [...root.items, ...services.items].flatMap(({ key }) => startOf(key) ?? []).sort((a, b) => a - b);
  const nextOf = new Map(starts.map((start, at) => [start, starts[at + 1]]));
  for (const { key, value } of services.items) {
    const at = startOf(key);
    const name = isScalar(key) ? key.value : undefined;
    if (at === undefined || typeof name !== "string" || found.has(name)) continue;
    const own = isMap(value) ? startOf(value.items[0]?.key) : undefined;
    const before = own === undefined ? "" : text.slice(text.lastIndexOf("\n", own - 1) + 1, own);
    found.set(name, {
      first: lineAt(at),
      end: lineAt(nextOf.get(at) ?? text.length) + (nextOf.get(at) === undefined ? 1 : 0),
      indent: own !== undefined && /^ *$/u.test(before) ? before.length : undefined,
    });
  }
  return found;
}

const startOf = (node: unknown): number | undefined => (isScalar(node) ? node.range?.[0] : undefined);
