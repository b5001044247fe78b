/** The stand-in as the contract's fixture: the adapter runs unmodified, and every program that it calls is the engine's. */
import type { OpenDockerHosts } from "../../../src/docker/adapters/docker-hosts.ts";
import type { RunProgram } from "../../../src/kit/spawn/spawn.ts";
import type { DockerHost } from "../../../src/ports/docker-host.ts";
import type { DockerWork } from "../../../src/ports/docker-work.ts";
import { DockerEngine } from "../../../src/rehearsal/docker-engine/engine.ts";
import { madeDirectory } from "../../../src/rehearsal/docker-engine/file-programs.ts";
import { create, start } from "../../../src/rehearsal/docker-engine/lifecycle.ts";
import { altered, nodeOn } from "../../../src/rehearsal/docker-engine/machine-files.ts";
import { withImage } from "../../../src/rehearsal/docker-engine/seed.ts";
import { type DockerEngineState, emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { file, planted, treeOf } from "../../../src/rehearsal/docker-engine/tree.ts";
import { hostsBy } from "../../rig/engine/engine-hosts.ts";
import type { SeedOwner, WorkFixture } from "../../contract/docker-work.ts";

const ENDPOINT = "tcp://127.0.0.1:1";

export function hostsOf(engine: () => Pick<DockerEngine, "call">): OpenDockerHosts {
  const run: RunProgram = async ({ program, args, stdin = "" }) =>
    engine().call({ program, words: args, stdin: Buffer.from(stdin).toString("latin1"), endpoint: ENDPOINT });
  return hostsBy({ PATH: "/nowhere" }, { run });
}

const HERE = { host: "", sudo: false };

export class SimulatedWork implements WorkFixture {
  readonly image = "contract/with-volume:1";
  readonly directory = "/srv/work";
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly unreachable: DockerWork;
  readonly #engine: { current: DockerEngine };
  readonly #tick: () => number;

  private constructor(
    engine: { current: DockerEngine },
    tick: () => number,
    ports: Pick<WorkFixture, "host" | "work" | "unreachable">,
  ) {
    this.#engine = engine;
    this.#tick = tick;
    ({ host: this.host, work: this.work, unreachable: this.unreachable } = ports);
  }

  static async open(): Promise<SimulatedWork> {
    let now = Date.UTC(2026, 10, 22);
    const tick = (): number => (now += 1000);
    const empty = emptyEngine({ isLocal: true });
    const state = withImage(empty, { tag: "contract/with-volume:1", volumes: ["/data"] });
    const engine = { current: new DockerEngine(madeDirectory(state, "/srv/work", now), tick) };
    const down = new DockerEngine({ ...empty, downFor: 100 }, tick);
    const hosts = hostsOf(() => engine.current);
    const unreachable = await hostsOf(() => down).work(HERE);
    return new SimulatedWork(engine, tick, { host: await hosts.open(HERE), work: await hosts.work(HERE), unreachable });
  }

  async put(path: string, content: string, owner: SeedOwner = {}): Promise<void> {
    const node = file(content, { modified: this.#tick(), ...owner });
    this.#seed((state) =>
      altered(madeDirectory(state, path.slice(0, path.lastIndexOf("/")), this.#tick()), path, (tree, at) =>
        planted(tree, at, node),
      ),
    );
  }

  async text(path: string): Promise<string | undefined> {
    const node = nodeOn(this.#engine.current.state, path);
    return node?.kind === "file" ? Buffer.from(node.start, "base64").toString() : undefined;
  }

  async container({ name, layer = {}, port }: Parameters<WorkFixture["container"]>[0]): Promise<string> {
    const { state } = this.#engine.current;
    const [image] = Object.values(state.images);
    const files = treeOf(Object.fromEntries(Object.entries(layer).map(([path, content]) => [path, file(content)])));
    const making = {
      ...{ name, image: this.image, imageId: image?.id ?? "", labels: { kind: "contract" }, env: [], mounts: [] },
      ports: port === undefined ? [] : [{ host: port, container: "80/tcp" }],
    };
    const [made, id] = create(state, making, this.#tick());
    const container = made.containers[id];
    if (container === undefined) throw new Error("nothing was made");
    const begun = start(
      { ...made, containers: { ...made.containers, [id]: { ...container, layer: files } } },
      { ...container, layer: files },
      this.#tick(),
    );
    if ("why" in begun) throw new Error(begun.why);
    this.#seed(() => begun.state);
    return id;
  }

  async rename(id: string, name: string): Promise<void> {
    this.#seed((state) => {
      const container = state.containers[id];
      return container === undefined
        ? state
        : { ...state, containers: { ...state.containers, [id]: { ...container, name } } };
    });
  }

  async withLittleSpace(bytes: number, work: (directory: string) => Promise<void>): Promise<void> {
    const { space } = this.#engine.current.state;
    this.#seed((state) => ({ ...state, space: { ...space, free: Math.floor(bytes / space.block) } }));
    await work(this.directory);
    this.#seed((state) => ({ ...state, space }));
  }

  async close(): Promise<void> {
    const { strays } = this.#engine.current.state;
    if (strays.length > 0) throw new Error(`calls that nobody knows: ${strays.join("; ")}`);
  }

  #seed(change: (state: DockerEngineState) => DockerEngineState): void {
    this.#engine.current = new DockerEngine(change(this.#engine.current.state), this.#tick);
  }
}
