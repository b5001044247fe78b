/** YAML as values that know where they came from (offsets into the text). Keys are unique strings; no aliases, no tags. */

export type Scalar = string | number | boolean | null;

export interface LocatedScalar {
  readonly kind: "scalar";
  readonly at: number;
  /** Exclusive. */
  readonly end: number;
  readonly value: Scalar;
  readonly style: "plain" | "quoted" | "block";
  /** The text as it stands in the document; "" if nothing was written after the colon. */
  readonly source: string;
  /** Whether ` #` began a comment behind it on the same line. */
  readonly commented: boolean;
}

export interface LocatedList {
  readonly kind: "list";
  readonly at: number;
  readonly items: readonly Located[];
}

export interface LocatedEntry {
  readonly keyAt: number;
  readonly value: Located;
}

export interface LocatedMap {
  readonly kind: "map";
  readonly at: number;
  /** Exclusive. */
  readonly end: number;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export type Located = LocatedScalar | LocatedList | LocatedMap;

/** The node below `path`, or undefined. */
export function descend(node: Located, path: readonly PropertyKey[]): Located | undefined {
  let current: Located | undefined = node;
  for (const key of path) {
    if (current?.kind === "map") current = current.entries.get(String(key))?.value;
    else if (current?.kind === "list") current = current.items[Number(key)];
    else return undefined;
  }
  return current;
}

/**
 * Offset in the document of the character at `index` of the scalar's value. Folding, indentation and quotes differ
 * between the two, other characters do not; if escapes make them differ, the scalar's start.
 */
export function offsetWithin(text: string, node: LocatedScalar, index: number): number {
  const value = String(node.value);
  let offset = contentStart(text, node);
  for (let i = 0; i <= Math.min(index, value.length - 1); i += 1) {
    if (/\s/u.test(value.charAt(i))) continue;
    while (offset < node.end && /\s/u.test(text.charAt(offset))) offset += 1;
    if (text.charAt(offset) !== value.charAt(i)) return node.at;
    if (i === index) return offset;
    offset += 1;
  }
  return offset;
}

function contentStart(text: string, node: LocatedScalar): number {
  if (node.style === "plain") return node.at;
  if (node.style === "quoted") return node.at + 1;
  const newline = text.indexOf("\n", node.at);
  return newline < 0 ? node.end : newline + 1;
}
