/** The stand-in as the contract's fixture: the adapter runs unmodified, and its `docker` is the engine in this process. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../../src/kit/spawn/spawn.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import { DockerEngine } from "../../../src/rehearsal/docker-engine/engine.ts";
import {
  bindMount,
  digits,
  volumeMount,
  withContainer,
  withImage,
  withVolume,
} from "../../../src/rehearsal/docker-engine/seed.ts";
import { type DockerEngineState, emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { file, odd, type TreeNode, treeOf } from "../../../src/rehearsal/docker-engine/tree.ts";
import type { DockerFixture, SeedFile, SeedFiles } from "../../contract/docker-host.ts";
import { HERE, hostsOf } from "./docker-work-fixture.ts";

const NOW = Date.UTC(2026, 10, 22);

/** A host whose `docker` is that engine; other programs are this machine's. */
export const hostOf = (engine: Pick<DockerEngine, "call">): Promise<DockerHost> =>
  hostsOf(() => engine, runProgram).open(HERE);

export class SimulatedDocker implements DockerFixture {
  readonly image = "contract/plain:1";
  readonly imageWithVolume = "contract/with-volume:1";
  readonly host: DockerHost;
  readonly #directory: string;
  readonly #engine: { current: DockerEngine };

  private constructor(directory: string, host: DockerHost, engine: { current: DockerEngine }) {
    this.host = host;
    this.#directory = directory;
    this.#engine = engine;
  }

  static async open(): Promise<SimulatedDocker> {
    const plain = withImage(emptyEngine(), { tag: "contract/plain:1" });
    const state = withImage(plain, { tag: "contract/with-volume:1", volumes: ["/data"] });
    const engine = { current: new DockerEngine(state, () => NOW) };
    const host = await hostOf({ call: (call) => engine.current.call(call) });
    return new SimulatedDocker(await mkdtemp(join(tmpdir(), "docker-contract-")), host, engine);
  }

  async volume(name: string, { labels = {}, files = {} }: Parameters<DockerFixture["volume"]>[1] = {}): Promise<void> {
    this.#seed((state) => withVolume(state, { name, labels, files: nodesOf(files), createdAt: NOW }));
  }

  async snapshot(name: string): Promise<string> {
    return JSON.stringify(this.#engine.current.state.volumes[name]);
  }

  async removeVolume(name: string): Promise<void> {
    this.#seed((state) => {
      const { [name]: _gone, ...volumes } = state.volumes;
      return { ...state, volumes };
    });
  }

  async container(seed: Parameters<DockerFixture["container"]>[0]): Promise<void> {
    const unnamed = seed.image === this.imageWithVolume ? { [digits(`${seed.name}/data`)]: "/data" } : {};
    for (const name of Object.keys(unnamed)) await this.volume(name);
    const { name, image, labels = {}, env = {}, layer = {}, volumes = {}, binds = {} } = seed;
    const mounts = [
      ...Object.entries({ ...unnamed, ...volumes }).map(([from, to]) => volumeMount(from, to)),
      ...Object.entries(binds).map(([to, { path, readOnly }]) => bindMount(path, to, readOnly !== true)),
    ];
    const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const more = { mounts, labels, env: variables, layer: treeOf(nodesOf(layer)) };
    this.#seed((state) => withContainer(state, { name, image, createdAt: NOW, ...more }));
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

  #seed(change: (state: DockerEngineState) => DockerEngineState): void {
    this.#engine.current = new DockerEngine(change(this.#engine.current.state), () => NOW);
  }
}

function nodesOf(files: SeedFiles): Readonly<Record<string, TreeNode>> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, nodeOf(content)]));
}

function nodeOf(content: SeedFile): TreeNode {
  if (typeof content === "string" || content instanceof Uint8Array) return file(content);
  return odd("link" in content ? "link" : "pipe");
}
