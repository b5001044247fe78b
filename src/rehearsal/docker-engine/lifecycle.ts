/**
 * Containers that are made, started, stopped and removed, and the effects on ports, volumes and the data of databases.
 */
import { madeDirectory } from "./file-programs.ts";
import { nodeOn, recorded } from "./machine-files.ts";
import { databaseIn, rowsOf, shutDown, started, withRows } from "./database.ts";
import { digits } from "./seed.ts";
import type { DockerEngineState, SimContainer, SimMount, SimPort } from "./state.ts";
import { treeOf } from "./tree.ts";

export type Done = { readonly state: DockerEngineState } | { readonly why: string };

const PROJECT = "com.docker.compose.project";
/** Posts that an application had taken and not yet written when it is told to stop. */
const LAST_ROWS = 5;

export const altered = (state: DockerEngineState, id: string, change: Partial<SimContainer>): DockerEngineState => {
  const found = state.containers[id];
  if (found === undefined) return state;
  return { ...state, containers: { ...state.containers, [id]: { ...found, ...change } } };
};

export function start(state: DockerEngineState, container: SimContainer, now: number): Done {
  if (container.status === "running") return { state };
  const taken = portTaken(state, container);
  if (taken !== undefined)
    return {
      why: `driver failed programming external connectivity on endpoint ${container.name}: Bind for 0.0.0.0:${taken} failed: port is already allocated`,
    };
  const database = started(withBinds(state, container, now), container, now);
  const told = recorded("why" in database ? state : database.state, `start ${container.name}`);
  if ("why" in database)
    return { state: altered(told, container.id, { status: "exited", exitCode: 1, startedAt: now, log: database.why }) };
  return { state: altered(told, container.id, { status: "running", exitCode: 0, startedAt: now, answered: 0 }) };
}

/** The engine makes the directories of binds that are not there, as root. */
function withBinds(state: DockerEngineState, { mounts }: SimContainer, now: number): DockerEngineState {
  const lacking = mounts.filter(({ kind, from }) => kind === "bind" && nodeOn(state, from) === undefined);
  return lacking.reduce((before, { from }) => madeDirectory(before, from, now), state);
}

function portTaken(state: DockerEngineState, { id, ports = [] }: SimContainer): number | undefined {
  const others = Object.values(state.containers).filter((one) => one.id !== id && one.status === "running");
  return ports.find(({ host }) => others.some((one) => (one.ports ?? []).some((port) => port.host === host)))?.host;
}

export function stop(state: DockerEngineState, container: SimContainer, now: number): DockerEngineState {
  if (container.status !== "running" && container.status !== "restarting") return state;
  const written = container.status === "running" ? lastRows(state, container, now) : state;
  const stopped = altered(shutDown(written, container), container.id, { status: "exited", exitCode: 0 });
  return recorded(restarted(hogged(taking(stopped, now), container), container), `stop ${container.name}`);
}

/** Rows that the project's application had taken go to the database while that still runs. */
function lastRows(state: DockerEngineState, container: SimContainer, now: number): DockerEngineState {
  if (state.images[container.imageId]?.errorsFirst === undefined) return state;
  const project = container.labels[PROJECT];
  const database = Object.values(state.containers).find(
    (one) => one.status === "running" && one.labels[PROJECT] === project && databaseIn(state, one) === "postgresql",
  );
  if (project === undefined || database === undefined) return state;
  const rows = rowsOf(state, database) ?? {};
  const [table] = Object.keys(rows);
  if (table === undefined) return state;
  return withRows(state, database, { rows: { ...rows, [table]: (rows[table] ?? 0) + LAST_ROWS }, now });
}

/** Who waited for a port takes it. */
function taking(state: DockerEngineState, now: number): DockerEngineState {
  const waiting = Object.values(state.containers).filter(({ status }) => status === "restarting");
  return waiting.reduce((before, each) => {
    const done = portTaken(before, each) === undefined ? start(before, each, now) : { state: before };
    return "state" in done ? { ...done.state, record: before.record } : before;
  }, state);
}

function restarted(state: DockerEngineState, { name }: SimContainer): DockerEngineState {
  const { restart, ...rest } = state;
  return restart?.afterStopOf === name ? { ...rest, downFor: restart.calls } : state;
}

function hogged(state: DockerEngineState, { name }: SimContainer): DockerEngineState {
  const { hog, ...rest } = state;
  if (hog?.afterStopOf !== name) return state;
  return { ...rest, space: { ...state.space, free: Math.min(state.space.free, hog.free) } };
}

export interface Making extends Pick<SimContainer, "name" | "image" | "imageId" | "labels" | "env" | "mounts"> {
  readonly restartPolicy?: string;
  readonly ports?: readonly SimPort[];
  readonly networks?: readonly string[];
  readonly command?: readonly string[];
  readonly hostname?: string;
}

/** With a new volume for each path of the image that nothing is mounted on. */
export function create(state: DockerEngineState, making: Making, now: number): readonly [DockerEngineState, string] {
  const image = state.images[making.imageId];
  const id = digits(`${making.name} ${state.record.length} ${Object.keys(state.containers).length}`);
  const bare = (image?.volumes ?? []).filter((path) => !making.mounts.some(({ to }) => to === path));
  const made = bare.map(
    (path): SimMount => ({ kind: "volume", from: digits(`${id} ${path}`), to: path, writable: true }),
  );
  const volumes = made.map(({ from: name }) => [
    name,
    { name, driver: "local", labels: {}, options: {}, createdAt: now, tree: treeOf({}) },
  ]);
  const container: SimContainer = {
    ...{ restartPolicy: "no", ...making, mounts: [...making.mounts, ...made] },
    ...{ id, status: "created", exitCode: 0, createdAt: now, startedAt: 0, layer: image?.layer ?? treeOf({}) },
  };
  const next = {
    ...state,
    volumes: { ...state.volumes, ...(Object.fromEntries(volumes) as DockerEngineState["volumes"]) },
    containers: { ...state.containers, [id]: container },
  };
  return [recorded(next, `create ${making.name}`), id];
}

/** Its volumes stay. */
export function remove(state: DockerEngineState, { id, name }: SimContainer): DockerEngineState {
  const containers = Object.fromEntries(Object.entries(state.containers).filter(([each]) => each !== id));
  return recorded({ ...state, containers }, `rm ${name}`);
}
