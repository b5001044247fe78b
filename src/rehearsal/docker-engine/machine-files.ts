/** Files of the engine's machine, changed by absolute path: volumes, layers of containers, and all the rest. */
import { below, type DockerEngineState, mountpoint, spotOf, upperDirectory } from "./state.ts";
import { nodeAt, type Tree, type TreeNode } from "./tree.ts";

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

export function nodeOn(state: DockerEngineState, path: string): TreeNode | undefined {
  const { tree, path: at } = spotOf(state, path);
  return nodeAt(tree, at);
}

/** With a change in its record: what the box's camera and a crash matrix go by. */
export const recorded = (state: DockerEngineState, what: string): DockerEngineState => ({
  ...state,
  record: [...state.record, what],
});

export const freeBytes = ({ space: { block, free } }: DockerEngineState): number => block * free;

/** Bytes that were written, or given back where they are less than none. */
export function taken(state: DockerEngineState, bytes: number): DockerEngineState {
  const { space } = state;
  return { ...state, space: { ...space, free: Math.max(0, space.free - Math.ceil(bytes / space.block)) } };
}
