/**
 * A Docker engine and its machine as one serialisable value. Seeded by scenarios and by the contract suite; changed by
 * `apply` alone.
 */
import type { Tree } from "./tree.ts";
import { treeOf } from "./tree.ts";

export interface SimVolume {
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** Milliseconds of the epoch. */
  readonly createdAt: number;
  readonly tree: Tree;
}

export interface SimMount {
  readonly kind: "volume" | "bind";
  /** Name of a volume, or a path on the engine's machine. */
  readonly from: string;
  readonly to: string;
  readonly writable: boolean;
}

export interface SimContainer {
  readonly id: string;
  readonly name: string;
  /** As it was asked for. */
  readonly image: string;
  readonly imageId: string;
  /** "restarting": it wants a port that somebody else has, and takes it when that is free. */
  readonly status: "running" | "exited" | "created" | "restarting";
  readonly exitCode: number;
  /** Milliseconds of the epoch. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly restartPolicy: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly string[];
  readonly mounts: readonly SimMount[];
  /** The files that it wrote over its image. */
  readonly layer: Tree;
  /** Ports that it publishes while it runs. */
  readonly ports?: readonly SimPort[];
  /** Default: the default bridge. */
  readonly networks?: readonly string[];
  /** The command that it was given, if it is not the image's. */
  readonly command?: readonly string[];
  /** Default: the beginning of its id. */
  readonly hostname?: string;
  /** Its last output. */
  readonly log?: string;
  /** Requests that it has answered since it was started. */
  readonly answered?: number;
}

export interface SimPort {
  /** "3000/tcp". */
  readonly container: string;
  readonly host: number;
}

export interface SimImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly volumes: readonly string[];
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  readonly size: number;
  /** The database in a container of it. */
  readonly database?: "postgresql" | "redis";
  /** Of a web application: it answers its first requests after a start with 500. */
  readonly errorsFirst?: number;
  /** The files that a container had written before it was made this image. */
  readonly layer?: Tree;
}

export interface DockerEngineState {
  readonly id: string;
  /** Of the machine. */
  readonly name: string;
  readonly version: string;
  readonly storageDriver: string;
  readonly root: string;
  /** By name. */
  readonly volumes: Readonly<Record<string, SimVolume>>;
  /** By id. */
  readonly containers: Readonly<Record<string, SimContainer>>;
  /** By id. */
  readonly images: Readonly<Record<string, SimImage>>;
  /** The rest of the machine's files, for binds. */
  readonly host: Tree;
  readonly space: {
    readonly block: number;
    readonly blocks: number;
    readonly free: number;
    readonly inodes: number;
    readonly freeInodes: number;
  };
  /** Its machine has a shell where Linux has it, unless this says otherwise. */
  readonly hasPrograms?: false;
  /** The tool runs on the engine's own machine, as root: its files and programs are this engine's. */
  readonly isLocal?: true;
  /** Somebody else fills the disk when this container stops: so many blocks are left. */
  readonly hog?: { readonly afterStopOf: string; readonly free: number };
  /** The engine is down, and answers nobody, for so many calls of its `docker` program. */
  readonly downFor?: number;
  /** It is restarted by somebody's update when this container stops, and down for so many calls. */
  readonly restart?: { readonly afterStopOf: string; readonly calls: number };
  /** Calls that nobody here knows: they fail a rehearsal. */
  readonly strays: readonly string[];
  /** The changes that calls made, oldest first: `volume create data`. */
  readonly record: readonly string[];
  /** When each of them was made, in milliseconds of the epoch. */
  readonly recordedAt?: readonly number[];
}

/** An engine with nothing in it. */
export function emptyEngine(over: Partial<DockerEngineState> = {}): DockerEngineState {
  return {
    id: "BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX:BOXX",
    name: "docker1",
    version: "20.10.24",
    storageDriver: "overlay2",
    root: "/var/lib/docker",
    volumes: {},
    containers: {},
    images: {},
    host: treeOf({}),
    space: { block: 4096, blocks: 25_000_000, free: 12_000_000, inodes: 6_000_000, freeInodes: 5_500_000 },
    strays: [],
    record: [],
    ...over,
  };
}

export const mountpoint = ({ root }: DockerEngineState, volume: string): string => `${root}/volumes/${volume}/_data`;
export const upperDirectory = ({ root }: DockerEngineState, { id }: SimContainer): string =>
  `${root}/overlay2/${id}/diff`;

export interface Spot {
  readonly tree: Tree;
  /** Below the tree's top. */
  readonly path: string;
}

/** The target of an absolute path of the engine's machine. */
export function spotOf(state: DockerEngineState, path: string): Spot {
  for (const { name, tree } of Object.values(state.volumes)) {
    const within = below(path, mountpoint(state, name));
    if (within !== undefined) return { tree, path: within };
  }
  for (const container of Object.values(state.containers)) {
    const within = below(path, upperDirectory(state, container));
    if (within !== undefined) return { tree: container.layer, path: within };
  }
  // The engine's own directories are there as well.
  const own = below(path, state.root);
  if (own !== undefined) return { tree: treeOf({ volumes: treeOf({}).top, overlay2: treeOf({}).top }), path: own };
  return { tree: state.host, path: path.replace(/^\/+/, "") };
}

export function below(path: string, top: string): string | undefined {
  if (path === top) return "";
  return path.startsWith(`${top}/`) ? path.slice(top.length + 1) : undefined;
}

/** By its name, its id or the beginning of its id. */
export function containerOf({ containers }: DockerEngineState, word: string): SimContainer | undefined {
  const all = Object.values(containers);
  return (
    all.find(({ name, id }) => name === word || id === word) ?? all.find(({ id }) => word !== "" && id.startsWith(word))
  );
}

export function imageOf({ images }: DockerEngineState, word: string): SimImage | undefined {
  const tagged = /:[^/]+$/.test(word) ? word : `${word}:latest`;
  return Object.values(images).find(({ id, tags }) => id === word || tags.includes(tagged));
}
