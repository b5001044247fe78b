/** Directories as values: every path below the top, without a slash at either end, with its node. */
export type TreeNode = FileNode | DirectoryNode | OddNode;

interface Owned {
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
  /** Milliseconds of the epoch. */
  readonly modified: number;
}

export interface FileNode extends Owned {
  readonly kind: "file";
  /** The first bytes, in base64: nothing of a large file is kept. */
  readonly start: string;
  readonly size: number;
}

export interface DirectoryNode extends Owned {
  readonly kind: "directory";
}

/** A node that a mere look never opens. */
export interface OddNode extends Owned {
  readonly kind: "link" | "pipe";
  /** Of a link. */
  readonly target?: string;
}

export interface Tree {
  readonly top: DirectoryNode;
  readonly nodes: Readonly<Record<string, TreeNode>>;
}

const OWNED = { uid: 0, mode: 0o755, modified: 0 } as const;

export const directory = (over: Partial<Owned> = {}): DirectoryNode => ({ kind: "directory", ...OWNED, ...over });

export function file(content: string | Uint8Array, over: Partial<Owned & { readonly size: number }> = {}): FileNode {
  const bytes = Buffer.from(content as string);
  return { kind: "file", ...OWNED, mode: 0o600, start: bytes.toString("base64"), size: bytes.length, ...over };
}

export const odd = (kind: OddNode["kind"]): OddNode => ({ kind, ...OWNED });

/** With every directory that leads to one of the paths. */
export function treeOf(nodes: Readonly<Record<string, TreeNode>>, top: Partial<Owned> = {}): Tree {
  const all: Record<string, TreeNode> = {};
  for (const [path, node] of Object.entries(nodes)) {
    const parts = path.split("/");
    for (let length = 1; length < parts.length; length += 1) all[parts.slice(0, length).join("/")] ??= directory(top);
    all[path] = node;
  }
  return { top: directory(top), nodes: all };
}

/** "" is the top itself. */
export const nodeAt = ({ top, nodes }: Tree, path: string): TreeNode | undefined => (path === "" ? top : nodes[path]);

/** Names in a directory with their nodes, sorted. */
export function childrenOf({ nodes }: Tree, path: string): readonly (readonly [string, TreeNode])[] {
  const before = path === "" ? "" : `${path}/`;
  return Object.entries(nodes)
    .filter(([each]) => each.startsWith(before) && !each.slice(before.length).includes("/"))
    .map(([each, node]) => [each.slice(before.length), node] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a link lies at the path or on the way to it. */
export function isLinked(tree: Tree, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, index) => nodeAt(tree, parts.slice(0, index + 1).join("/"))?.kind === "link");
}

export const sizeOf = ({ nodes }: Tree): number =>
  Object.values(nodes).reduce((sum, node) => sum + (node.kind === "file" ? node.size : 0), 0);

/** The directory at a path as a separate tree; undefined if the path is absent or is no directory. */
export function subtree(tree: Tree, path: string): Tree | undefined {
  const top = nodeAt(tree, path);
  if (top?.kind !== "directory") return undefined;
  if (path === "") return tree;
  const within = Object.entries(tree.nodes).filter(([each]) => each.startsWith(`${path}/`));
  return { top, nodes: Object.fromEntries(within.map(([each, node]) => [each.slice(path.length + 1), node])) };
}

/** Without the node at a path and those below it. */
export function pruned({ top, nodes }: Tree, path: string): Tree {
  const left = Object.entries(nodes).filter(([each]) => path !== "" && each !== path && !each.startsWith(`${path}/`));
  return { top, nodes: Object.fromEntries(left) };
}

/** With a tree at a path in the place of the former node. */
export function grafted(tree: Tree, path: string, graft: Tree): Tree {
  if (path === "") return graft;
  const { top, nodes } = pruned(tree, path);
  const within = Object.entries(graft.nodes).map(([each, node]) => [`${path}/${each}`, node] as const);
  return { top, nodes: { ...nodes, [path]: graft.top, ...Object.fromEntries(within) } };
}

export const planted = ({ top, nodes }: Tree, path: string, node: TreeNode): Tree => ({
  top,
  nodes: { ...nodes, [path]: node },
});
