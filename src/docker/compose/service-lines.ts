/** The lines of a Compose file that a service is written in: for a person who looks it up. Nothing is judged by them. */
import { isMap, isScalar, parseDocument } from "yaml";

export interface ServiceLines {
  /** Of the service's key, counted from 0. */
  readonly first: number;
  /** Behind its last line: the line of the next key of the file, or the end. */
  readonly end: number;
  /** Columns before the keys of the service; undefined if they do not begin their lines. */
  readonly indent: number | undefined;
}

/** Undefined if the file has no such service, or cannot be read. */
export function serviceLines(text: string, name: string): ServiceLines | undefined {
  const root: unknown = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent" }).contents;
  const services: unknown = isMap(root) ? root.get("services", true) : undefined;
  if (!isMap(root) || !isMap(services)) return undefined;
  const pair = services.items.find(({ key }) => isScalar(key) && key.value === name);
  const at = startOf(pair?.key);
  if (at === undefined) return undefined;
  const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length - 1;
  const later = [...root.items, ...services.items].flatMap(({ key }) => startOf(key) ?? []).filter((each) => each > at);
  const own = isMap(pair?.value) ? startOf(pair.value.items[0]?.key) : undefined;
  const before = own === undefined ? "" : text.slice(text.lastIndexOf("\n", own - 1) + 1, own);
  return {
    first: lineAt(at),
    end: later.length === 0 ? text.split("\n").length : lineAt(Math.min(...later)),
    indent: own !== undefined && /^ *$/u.test(before) ? before.length : undefined,
  };
}

const startOf = (node: unknown): number | undefined => (isScalar(node) ? node.range?.[0] : undefined);
