/**
 * A Compose file as values that know where they stand. Compose is laxer than our own documents: unused anchors, tags and
 * numbers of any form are taken as they are. Scalars keep their text, for Compose goes by it almost everywhere.
 */

/** Where something is written; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface NodeBase {
  readonly place: Place;
  /** `!reset` or `!override` (compose-go `override`), or another tag as it is written. */
  readonly tag?: string;
}

export interface ComposeScalar extends NodeBase {
  readonly kind: "scalar";
  readonly text: string;
  /** Nothing was written, or `null`. */
  readonly empty: boolean;
  readonly plain: boolean;
}

export interface ComposeList extends NodeBase {
  readonly kind: "list";
  readonly items: readonly ComposeNode[];
}

export interface ComposeEntry {
  readonly keyPlace: Place;
  readonly value: ComposeNode;
}

export interface ComposeMap extends NodeBase {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, ComposeEntry>;
}

export type ComposeNode = ComposeScalar | ComposeList | ComposeMap;

/** The value under a key; undefined if the node is no map or has no such key. */
export function child(node: ComposeNode | undefined, key: string): ComposeNode | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value : undefined;
}

export function isEmpty(node: ComposeNode): boolean {
  return node.kind === "scalar" && node.empty;
}

/** The entries of a map, none of anything else. */
export function entriesOf(node: ComposeNode | undefined): readonly (readonly [string, ComposeEntry])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}

/** The items of a list, or the one scalar that stands in its place. */
export function itemsOf(node: ComposeNode | undefined): readonly ComposeNode[] {
  if (node === undefined || isEmpty(node)) return [];
  return node.kind === "list" ? node.items : [node];
}
