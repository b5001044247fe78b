/** Builds an engine's first state out of a few words. Every function gives a new state. */
import { createHash } from "node:crypto";
import {
  type DockerEngineState,
  imageOf,
  type SimContainer,
  type SimImage,
  type SimMount,
  type SimPort,
} from "./state.ts";
import { type Tree, type TreeNode, treeOf } from "./tree.ts";

/** The same 64 digits for the same words. */
export const digits = (words: string): string => createHash("sha256").update(words).digest("hex");

export interface ImageSeed {
  readonly tag: string;
  readonly volumes?: readonly string[];
  readonly env?: readonly string[];
  readonly size?: number;
  readonly errorsFirst?: number;
}

export function withImage(state: DockerEngineState, seed: ImageSeed): DockerEngineState {
  const id = `sha256:${digits(seed.tag)}`;
  const database = databaseIn(seed);
  const image = {
    ...(database === undefined ? {} : { database }),
    ...{ id, tags: [seed.tag], volumes: seed.volumes ?? [], env: seed.env ?? [], entrypoint: [], command: ["run"] },
    ...{ user: "", size: seed.size ?? 80_000_000 },
    ...(seed.errorsFirst === undefined ? {} : { errorsFirst: seed.errorsFirst }),
  };
  return { ...state, images: { ...state.images, [id]: image } };
}

/** Told by its name and by its words about its data. */
function databaseIn({ tag, env = [] }: ImageSeed): SimImage["database"] {
  if (env.some((each) => each.startsWith("PGDATA="))) return "postgresql";
  return tag.startsWith("redis:") ? "redis" : undefined;
}

export interface VolumeSeed {
  readonly name: string;
  readonly files?: Readonly<Record<string, TreeNode>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export function withVolume(
  state: DockerEngineState,
  { name, files = {}, labels = {}, createdAt }: VolumeSeed,
): DockerEngineState {
  const volume = { name, driver: "local", labels, options: {}, createdAt, tree: treeOf(files) };
  return { ...state, volumes: { ...state.volumes, [name]: volume } };
}

export interface ContainerSeed {
  readonly name: string;
  /** A tag that is there. */
  readonly image: string;
  readonly mounts?: readonly SimMount[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
  readonly layer?: Tree;
  readonly status?: SimContainer["status"];
  readonly ports?: readonly SimPort[];
  readonly createdAt: number;
}

export function withContainer(state: DockerEngineState, seed: ContainerSeed): DockerEngineState {
  const { name, image, mounts = [], labels = {}, env = [], layer = treeOf({}), status = "running", createdAt } = seed;
  const imageId = imageOf(state, image)?.id ?? "";
  const id = digits(`container ${name}`);
  const container: SimContainer = {
    ...{ id, name, image, imageId, status, exitCode: 0, createdAt, startedAt: createdAt },
    ...{ restartPolicy: "unless-stopped", labels, env, mounts, layer },
    ...(seed.ports === undefined ? {} : { ports: seed.ports }),
  };
  return { ...state, containers: { ...state.containers, [id]: container } };
}

export const volumeMount = (from: string, to: string): SimMount => ({ kind: "volume", from, to, writable: true });
export const bindMount = (from: string, to: string, writable = true): SimMount => ({
  kind: "bind",
  from,
  to,
  writable,
});

/** The labels that Compose puts on a container. */
export function composeLabels(project: string, service: string, file: string): Readonly<Record<string, string>> {
  const prefix = "com.docker.compose";
  return {
    [`${prefix}.project`]: project,
    [`${prefix}.service`]: service,
    [`${prefix}.project.working_dir`]: file.slice(0, file.lastIndexOf("/")),
    [`${prefix}.project.config_files`]: file,
    [`${prefix}.container-number`]: "1",
    [`${prefix}.oneoff`]: "False",
  };
}
