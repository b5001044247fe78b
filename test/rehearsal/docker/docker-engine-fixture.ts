/** The stand-in as the contract's fixture: the adapter runs unmodified, and its `docker` is the engine in this process. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProgramCall, type ProgramResult, runProgram } from "../../../src/kit/spawn/spawn.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import { DockerEngine } from "../../../src/rehearsal/docker-engine/engine.ts";
import {
  type DockerEngineState,
  emptyEngine,
  type SimContainer,
  type SimImage,
  type SimMount,
} from "../../../src/rehearsal/docker-engine/state.ts";
import { file, odd, type TreeNode, treeOf } from "../../../src/rehearsal/docker-engine/tree.ts";
import { hostsBy } from "../../rig/engine/engine-hosts.ts";
import type { DockerFixture, SeedFile, SeedFiles } from "../../contract/docker-host.ts";

const NOW = Date.UTC(2026, 10, 22);
const ENDPOINT = "tcp://127.0.0.1:1";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const image = (tag: string, volumes: readonly string[]): SimImage => ({
  id: `sha256:${hashOf(tag)}`,
  tags: [tag],
  volumes,
  env: [],
  entrypoint: [],
  command: ["sh"],
  user: "",
  size: 4_000_000,
  hasShell: true,
});

/** A host whose `docker` is that engine. */
export async function hostOf(engine: Pick<DockerEngine, "call">): Promise<DockerHost> {
  const run = async (call: ProgramCall): Promise<ProgramResult> =>
    call.program === "docker"
      ? engine.call({ words: call.args, stdin: call.stdin ?? "", endpoint: ENDPOINT })
      : await runProgram(call);
  return await hostsBy({ PATH: process.env["PATH"] }, { run }).open({ host: "", sudo: false });
}

export class SimulatedDocker implements DockerFixture {
  readonly image = "contract/plain:1";
  readonly imageWithVolume = "contract/with-volume:1";
  readonly #directory: string;
  readonly #host: DockerHost;
  readonly #seed: (change: (state: DockerEngineState) => DockerEngineState) => void;
  readonly #state: () => DockerEngineState;

  private constructor(
    directory: string,
    host: DockerHost,
    state: { readonly get: () => DockerEngineState; readonly set: (state: DockerEngineState) => void },
  ) {
    this.#directory = directory;
    this.#host = host;
    this.#state = state.get;
    this.#seed = (change) => state.set(change(state.get()));
  }

  static async open(): Promise<SimulatedDocker> {
    const images = [image("contract/plain:1", []), image("contract/with-volume:1", ["/data"])];
    let engine = new DockerEngine(
      emptyEngine({ images: Object.fromEntries(images.map((each) => [each.id, each])) }),
      () => NOW,
    );
    const current: Pick<DockerEngine, "call"> = { call: (call) => engine.call(call) };
    return new SimulatedDocker(await mkdtemp(join(tmpdir(), "docker-contract-")), await hostOf(current), {
      get: () => engine.state,
      set: (state) => {
        engine = new DockerEngine(state, () => NOW);
      },
    });
  }

  get host(): DockerHost {
    return this.#host;
  }

  async volume(name: string, { labels = {}, files = {} }: Parameters<DockerFixture["volume"]>[1] = {}): Promise<void> {
    const tree = treeOf(nodesOf(files));
    const volume = { name, driver: "local", labels, options: {}, createdAt: NOW, tree };
    this.#seed((state) => ({ ...state, volumes: { ...state.volumes, [name]: volume } }));
  }

  async snapshot(name: string): Promise<string> {
    return JSON.stringify(this.#state().volumes[name]);
  }

  async removeVolume(name: string): Promise<void> {
    this.#seed((state) => {
      const { [name]: _gone, ...volumes } = state.volumes;
      return { ...state, volumes };
    });
  }

  async container(seed: Parameters<DockerFixture["container"]>[0]): Promise<void> {
    const made = Object.values(this.#state().images).find(({ tags }) => tags.includes(seed.image));
    if (made === undefined) throw new Error(`there is no image ${seed.image}`);
    const anonymous = made.volumes.map((path) => ({ name: hashOf(seed.name + path), path }));
    for (const { name } of anonymous) await this.volume(name);
    const mounts: readonly SimMount[] = [
      ...anonymous.map(({ name, path }) => ({ kind: "volume" as const, from: name, to: path, writable: true })),
      ...Object.entries(seed.volumes ?? {}).map(([from, to]) => ({
        kind: "volume" as const,
        from,
        to,
        writable: true,
      })),
      ...Object.entries(seed.binds ?? {}).map(([to, bind]) => ({
        kind: "bind" as const,
        from: bind.path,
        to,
        writable: bind.readOnly !== true,
      })),
    ];
    const id = hashOf(seed.name);
    const times = { createdAt: NOW, startedAt: NOW };
    const container: SimContainer = {
      ...{
        id,
        name: seed.name,
        image: seed.image,
        imageId: made.id,
        status: "running" as const,
        exitCode: 0,
        ...times,
      },
      ...{ restartPolicy: "no", labels: seed.labels ?? {}, mounts, layer: treeOf(nodesOf(seed.layer ?? {})) },
      env: Object.entries(seed.env ?? {}).map(([name, value]) => `${name}=${value}`),
    };
    this.#seed((state) => ({ ...state, containers: { ...state.containers, [id]: container } }));
  }

  async directory(files: SeedFiles): Promise<string> {
    const path = "srv/uploads";
    const nodes = Object.entries(nodesOf(files)).map(([name, node]) => [`${path}/${name}`, node] as const);
    this.#seed((state) => ({ ...state, host: treeOf({ ...state.host.nodes, ...Object.fromEntries(nodes) }) }));
    return `/${path}`;
  }

  async localFile(content: string): Promise<string> {
    const path = join(this.#directory, "compose.yml");
    await writeFile(path, content);
    return path;
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }
}

function nodesOf(files: SeedFiles): Readonly<Record<string, TreeNode>> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, nodeOf(content)]));
}

function nodeOf(content: SeedFile): TreeNode {
  if (typeof content === "string" || content instanceof Uint8Array) return file(content);
  return odd("link" in content ? "link" : "pipe");
}
