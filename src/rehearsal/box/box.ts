/** Starts every stand-in of a foundation on loopback around one world, and writes the world down after each change. */
import { join } from "node:path";
import { serveCloudController } from "../cloud-controller/server.ts";
import { serveDirector } from "../director/server.ts";
import { DockerEngine } from "../docker-engine/engine.ts";
import { serveStore } from "../object-store/server.ts";
import { CLEAR, type Passage } from "../passage.ts";
import { serveSsh } from "../ssh/server.ts";
import { worldAgent } from "./agent.ts";
import { BoxFiles, type BoxState } from "./box-state.ts";
import { worldBroker } from "./broker.ts";
import { changeAsked, changeOf } from "./change.ts";
import { type BoxClock, shown } from "./clock.ts";
import { serveLogStore } from "../log-store/server.ts";
import { collectedStore } from "./collected-store.ts";
import { CollectedLog } from "./log-file.ts";
import type { DockerEngineState } from "../docker-engine/state.ts";
import type { World } from "../world/world.ts";
import { SavedWorld, type WorldHost } from "./world-host.ts";

/** The director's address, seen from behind the gateway. */
export const DIRECTOR_ADDRESS = "10.58.111.5:25555";

/** The address of the collector's log store, seen from behind the gateway. */
const LOG_STORE_ADDRESS = "10.58.111.6:9200";

/** Nobody listens there: the box's `docker` asks the process of the box. */
const DOCKER_ENDPOINT = "tcp://127.0.0.1:1";

/** A director forgets old tasks as well; nobody asks again for one that was read. */
const TASKS_KEPT = 12;

/** For a box that keeps no files. */
const NO_FILES: Pick<BoxFiles, "save" | "savePart" | "saveSoon"> = {
  save: () => undefined,
  savePart: () => undefined,
  saveSoon: () => undefined,
};

export interface BoxOptions {
  readonly directory: string;
  readonly state: BoxState;
  readonly clock: BoxClock;
  /** The box is for this process alone: nothing of it is written down. */
  readonly fleeting?: boolean;
  /** Hears of every change that somebody asked for, as soon as it is made and before it is answered. */
  readonly changed?: (what: string) => void;
  readonly passage?: Passage | undefined;
}

export interface Box {
  readonly host: WorldHost;
  readonly cfUrl: string;
  readonly storeUrl: string;
  readonly gatewayPort: number;
  /** Glob of the collector's files. */
  readonly logs: string;
  /** The collector's log store behind the gateway, if it has one in place of files. */
  readonly logStoreUrl: string | undefined;
  /** Present if the box has a Docker host. */
  readonly docker: DockerEngine | undefined;
  /** For DOCKER_HOST, if the box has a Docker host. */
  readonly dockerEndpoint: string | undefined;
  state(): BoxState;
  close(): Promise<void>;
}

/** Closes all opened servers again if a later part cannot open: an open server keeps a process alive for ever. */
export async function startBox(options: BoxOptions): Promise<Box> {
  const servers = new Servers();
  try {
    return await open(options, servers);
  } catch (thrown) {
    await servers.close();
    throw thrown;
  }
}

class Servers {
  readonly #all: { close(): Promise<void> }[] = [];

  async keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const server = await starting;
    this.#all.push(server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((server) => server.close()));
  }
}

async function open(options: BoxOptions, servers: Servers): Promise<Box> {
  const { directory, state, clock, passage = CLEAR } = options;
  const changed = options.changed ?? (() => undefined);
  const parts = { cloudController: state.cloudController, director: state.director };
  const files = options.fleeting === true ? NO_FILES : new BoxFiles(directory);
  const log = new CollectedLog(join(directory, "platform.log"));
  const host: SavedWorld = new SavedWorld(log.take(state.world), clock, (event) => {
    files.savePart("world", host.stored);
    const change = changeOf(event);
    if (change !== undefined) changed(change);
  });
  const stored = collectedStore(directory);
  const logStore = stored === undefined ? undefined : await servers.keep(serveLogStore(stored, { passage }));
  const world = (): World => withStrays(host.stored, logStore?.answers.strays ?? []);
  const engine = dockerEngine(state, clock, (next, change) => {
    files.savePart("docker", next);
    if (change !== undefined) changed(`docker ${change}`);
  });
  const docker = (): Pick<BoxState, "docker"> => (engine === undefined ? {} : { docker: engine.state });
  const current = (): BoxState => ({ ...state, ...parts, ...docker(), world: world() });
  const now = (): Date => new Date(shown(clock));
  files.save(current());
  const cloud = await servers.keep(
    serveCloudController({
      get: () => parts.cloudController,
      set: (next) => {
        const asked = changeAsked(parts.cloudController, next);
        parts.cloudController = next;
        files.saveSoon("cloudController", next);
        if (asked !== undefined) changed(asked);
      },
      now,
      broker: passage.broker(worldBroker(host)),
      passage,
    }),
  );
  const agent = worldAgent(host, state.keys.cells);
  const director = await servers.keep(
    serveDirector({
      get: () => parts.director,
      set: (next) => {
        parts.director = { ...next, tasks: next.tasks.slice(-TASKS_KEPT) };
        files.saveSoon("director", parts.director);
      },
      now,
      agent,
      passage,
      listen: { tls: state.keys.director },
    }),
  );
  const store = await servers.keep(serveStore(host, { passage }));
  const ssh = await servers.keep(
    serveSsh({
      host,
      passage,
      gateway: {
        user: state.accounts.gatewayUser,
        hostKey: state.keys.gateway,
        authorized: [state.keys.operator.publicKey],
      },
      cellKeys: state.keys.cells,
      behind: {
        [DIRECTOR_ADDRESS]: director.port,
        ...(logStore === undefined ? {} : { [LOG_STORE_ADDRESS]: logStore.port }),
      },
    }),
  );
  return {
    host,
    docker: engine,
    dockerEndpoint: engine === undefined ? undefined : DOCKER_ENDPOINT,
    cfUrl: cloud.url,
    storeUrl: store.url,
    gatewayPort: ssh.port,
    logs: join(directory, "*.log*"),
    logStoreUrl: logStore === undefined ? undefined : `http://${LOG_STORE_ADDRESS}`,
    state: current,
    close: async () => {
      await servers.close();
      host.world();
      files.save({ ...current(), world: log.take(host.stored) });
    },
  };
}

/** Hears of each state that a call led to, and of the change that it made, if it made one. */
function dockerEngine(
  { docker }: BoxState,
  clock: BoxClock,
  heard: (next: DockerEngineState, change: string | undefined) => void,
): DockerEngine | undefined {
  if (docker === undefined) return undefined;
  let known = docker.record.length;
  return new DockerEngine(
    docker,
    () => shown(clock),
    (next) => {
      const change = next.record.length > known ? next.record.at(-1) : undefined;
      known = next.record.length;
      heard(next, change);
    },
  );
}

/** A call that no adapter sends fails the rehearsal. */
function withStrays(world: World, calls: readonly string[]): World {
  if (calls.length === 0) return world;
  const strays = calls.map((what) => ({ at: world.now, where: "log store", what }));
  return { ...world, strays: [...world.strays, ...strays] };
}
