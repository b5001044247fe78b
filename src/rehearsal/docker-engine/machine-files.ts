/** Files of the engine's machine, changed by absolute path: volumes, layers of containers, and all the rest. */
import { below, type DockerEngineState, mountpoint, spotOf, upperDirectory } from "./state.ts";
import { grafted, nodeAt, planted, subtree, type Tree, type TreeNode } from "./tree.ts";

/** The state with one of its trees changed: that which the path leads to. */
export function altered(
  state: DockerEngineState,
  path: string,
  change: (tree: Tree, at: string) => Tree,
): DockerEngineState {
  for (const volume of Object.values(state.volumes)) {
    const within = below(path, mountpoint(state, volume.name));
    if (within === undefined) continue;
    return { ...state, volumes: { ...state.volumes, [volume.name]: { ...volume, tree: change(volume.tree, within) } } };
  }
  for (const container of Object.values(state.containers)) {
    const within = below(path, upperDirectory(state, container));
    if (within === undefined) continue;
    const layer = change(container.layer, within);
    return { ...state, containers: { ...state.containers, [container.id]: { ...container, layer } } };
  }
  return { ...state, host: change(state.host, path.replace(/^\/+/, "")) };
}

export const put = (state: DockerEngineState, path: string, node: TreeNode): DockerEngineState =>
  altered(state, path, (tree, at) => planted(tree, at, node));

export const graft = (state: DockerEngineState, path: string, branch: Tree): DockerEngineState =>
  altered(state, path, (tree, at) => grafted(tree, at, branch));

export function treeOn(state: DockerEngineState, path: string): Tree | undefined {
  const { tree, path: at } = spotOf(state, path);
  return subtree(tree, at);
}

/** Undefined if `path` leads to no file. */
export function textOn(state: DockerEngineState, path: string, as: "utf8" | "latin1" = "utf8"): string | undefined {
  const node = nodeOn(state, path);
  return node?.kind === "file" ? Buffer.from(node.start, "base64").toString(as) : undefined;
}

export function nodeOn(state: DockerEngineState, path: string): TreeNode | undefined {
  const { tree, path: at } = spotOf(state, path);
  return nodeAt(tree, at);
}

/** With a change in its record: the box's camera and a crash matrix go by it. */
export const recorded = (state: DockerEngineState, what: string): DockerEngineState => ({
  ...state,
  record: [...state.record, what],
});

export const freeBytes = ({ space: { block, free } }: DockerEngineState): number => block * free;

/** Bytes that were written, or given back if they are less than none. */
export function taken(state: DockerEngineState, bytes: number): DockerEngineState {
  const { space } = state;
  return { ...state, space: { ...space, free: Math.max(0, space.free - Math.ceil(bytes / space.block)) } };
}
