/** Which services of a stack keep their data where they go with the container. */
import { dataPathsOf } from "../../compose/data-paths.ts";
import { counted } from "../../../kit/text/counted.ts";
import { findData } from "../../data-directory/find.ts";
import { type LayerData, layerPlaces, layersData } from "../../data-directory/layers.ts";
import { pointsIn } from "../../data-directory/places.ts";
import type { Contents } from "../../data-directory/recognise.ts";
import type { DockerContainer, DockerHost, DockerMount, DockerVolume } from "../../../ports/docker-host.ts";
import type { DockerWork } from "../../../ports/docker-work.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { MovedService } from "./moved-service.ts";
import { LABEL } from "../../compose/labels.ts";
import { refuse } from "./stack.ts";

export interface Sought {
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly members: readonly DockerContainer[];
  readonly request: { readonly project: string; readonly services: readonly string[] };
}

/** The services to move; `planOverride` fills in their destination and text. Throws if there are none. */
export async function servicesToMove({ host, work, members, request }: Sought): Promise<readonly MovedService[]> {
  const isAsked = (container: DockerContainer): boolean => request.services.includes(serviceOf(container));
  const wanted = request.services.length === 0 ? members : members.filter(isAsked);
  const unnamed = (await host.volumes()).filter(({ anonymous, mountpoint }) => anonymous && mountpoint !== "");
  const volumes = new Map(unnamed.map((volume) => [volume.name, volume]));
  const seen = await lookInto(host, wanted, volumes);
  const found: MovedService[] = [];
  for (const container of wanted)
    for (const at of await placesOf(container, { host, work, volumes, seen, asked: isAsked(container) }))
      found.push(movedOf(container, at, await bytesOf(container, { ...at, work })));
  if (found.length === 0)
    throw refuse(
      `no data of ${quoted(request.project)} lie in an anonymous volume or a container's own layer`,
      host.label,
      "Nothing has to be moved. `dingo-recover run audit-docker-storage` shows where its data lie.",
    );
  guardRunning(found, members);
  const twice = found.find((one) =>
    found.some((other) => other.service === one.service && other.container_id !== one.container_id),
  );
  if (twice !== undefined)
    throw refuse(
      `${quoted(twice.service)} has ${counted(members.filter((one) => serviceOf(one) === twice.service).length, "container")}, and they cannot share one directory`,
      host.label,
    );
  return found.map((each) => ({ ...each, name: nameOf(each, found) }));
}

const serviceOf = ({ labels }: DockerContainer): string => labels[LABEL.service] ?? "";

/** Refuses if only some containers of a service run: Compose can start a number of them, and not certain ones. */
function guardRunning(found: readonly MovedService[], members: readonly DockerContainer[]): void {
  const idle = found.find(({ container_id: id }) => !members.some((one) => one.id === id && one.running));
  if (idle !== undefined)
    throw refuse(
      `${quoted(idle.container)} does not run, and its service would be started on what is moved`,
      idle.container,
      "Nothing was changed. Start it, or name the services that run with --input services=SERVICE,…; then begin anew.",
    );
  const runs = ({ running, status }: DockerContainer): boolean => running || status === "restarting";
  const services = new Set(members.filter(runs).map(serviceOf));
  const rest = members.find((one) => !runs(one) && services.has(serviceOf(one)));
  if (rest !== undefined)
    throw refuse(
      `${quoted(rest.name)} does not run, and another container of its service does: Compose would remove one of them`,
      rest.name,
      "Nothing was changed. Start it, or remove it once nothing in it is missed; then begin anew.",
    );
}

const nameOf = ({ service, path }: MovedService, all: readonly MovedService[]): string =>
  all.filter((each) => each.service === service).length > 1 ? `${service} ${path}` : service;

/** The size of the data; that of a layer only if it lies in a directory of the machine. */
async function bytesOf({ layer }: DockerContainer, { source, path, work }: At & Pick<Sought, "work">): Promise<number> {
  if (source !== "") return await work.bytesBelow(source);
  return layer === undefined ? 0 : await work.bytesBelow(`${layer}${path}`);
}

type At = Pick<MovedService, "path" | "kind" | "volume" | "source">;
/** Volumes that the engine named, by that name. */
type Volumes = ReadonlyMap<string, DockerVolume>;

async function placesOf(
  container: DockerContainer,
  about: Pick<Sought, "host" | "work"> & {
    readonly volumes: Volumes;
    readonly seen: SeenData;
    readonly asked: boolean;
  },
): Promise<readonly At[]> {
  const known = dataPathsOf(container.image, container.env);
  const found: At[] = [];
  for (const mount of container.mounts) {
    const volume = mount.kind === "volume" ? about.volumes.get(mount.volume) : undefined;
    if (volume === undefined) continue;
    const kind =
      known.find(({ path }) => isWithin(path, mount.destination))?.kind ??
      kindIn(container, mount, about) ??
      (about.asked ? "other" : undefined);
    if (kind === undefined || (!about.asked && (await isUnused(kind, { container, mount, work: about.work }))))
      continue;
    found.push({ path: mount.destination, kind, volume: volume.name, source: volume.mountpoint });
  }
  const mounted = container.mounts.map(({ destination }) => destination);
  const layer = inLayer(container, [...known.map(({ path }) => path), ...mounted], about);
  const uncovered = known.filter(({ path }) => !mounted.some((destination) => isWithin(path, destination)));
  const changes = uncovered.length === 0 ? [] : ((await about.host.changes(container.id)) ?? []);
  const wrote = uncovered.filter(({ path }) => changes.some((change) => change.path.startsWith(`${path}/`)));
  return [...found, ...layer, ...wrote.map(({ path, kind }) => ({ path, kind, volume: "", source: "" }))];
}

/** The data found in volumes and containers; the image's name does not count. */
interface SeenData {
  /** By name of an anonymous volume. */
  readonly volumes: ReadonlyMap<string, Contents>;
  /** By id of a container. */
  readonly layers: ReadonlyMap<string, LayerData>;
}

async function lookInto(host: DockerHost, members: readonly DockerContainer[], volumes: Volumes): Promise<SeenData> {
  const used = new Set(members.flatMap(({ mounts }) => mounts.map(({ volume }) => volume)));
  const places = [...volumes.values()].flatMap(({ name, mountpoint }) =>
    used.has(name) ? [{ key: name, path: mountpoint }] : [],
  );
  const found = await findData(host, [...places, ...layerPlaces(members)]);
  const layers = await layersData(host, members, found);
  return { volumes: new Map(found.map(({ key, contents }) => [key, contents])), layers };
}

/** The kind of database in the data; undefined if there is none. Throws if nobody can tell, unless the service was asked for. */
function kindIn(
  container: DockerContainer,
  { volume, destination }: DockerMount,
  { seen, asked }: { readonly seen: SeenData; readonly asked: boolean },
): string | undefined {
  const contents = seen.volumes.get(volume);
  if (contents?.kind === "data") return contents.system;
  const why = contents?.kind === "unknown" ? contents.why : contents?.kind === "other" ? contents.unwalked : undefined;
  if (why !== undefined && !asked)
    throw notKnown(container, `what ${quoted(container.name)} keeps at ${quoted(destination)} is not known: ${why}`);
  return undefined;
}

/** A database in the layer, also if the image is of no known database. Refuses other data there, which would stay behind untold. */
function inLayer(
  container: DockerContainer,
  told: readonly string[],
  { seen }: { readonly seen: SeenData },
): readonly At[] {
  const layer = seen.layers.get(container.id);
  if (layer !== undefined && layer.unknown !== null)
    throw notKnown(container, `what ${quoted(container.name)} wrote into its own layer is not known: ${layer.unknown}`);
  const left = (layer?.data ?? []).filter(({ path }) => !told.some((each) => isWithin(path, each)));
  const strange = left.find(({ contents }) => contents.system !== "postgresql");
  if (strange !== undefined)
    throw notKnown(
      container,
      `${quoted(container.name)} holds ${strange.contents.title} in its own layer, at ${quoted(strange.path)}, and nobody here knows how to move that`,
    );
  return left.map(({ path }) => ({ path, kind: "postgresql", volume: "", source: "" }));
}

const notKnown = (container: DockerContainer, message: string): Error =>
  refuse(
    message,
    container.name,
    "Nothing was changed. Give that service a volume by hand, or name the services whose data are moved with --input services=SERVICE,…; then begin anew.",
  );

/**
 * True if the directory is empty but for the points of other mounts, and no database ran on it: its container uses the
 * image for other things, such as `pg_dump`, or has its data in another mount. Redis writes its file only when it stops.
 */
async function isUnused(
  kind: string,
  {
    container,
    mount,
    work,
  }: { readonly container: DockerContainer; readonly mount: DockerMount; readonly work: DockerWork },
): Promise<boolean> {
  if (kind === "redis" || (await work.kind(mount.source)) !== "directory") return false;
  const points = pointsIn(mount.destination, container.mounts);
  return (await work.entries(mount.source)).every((name) => points.has(name));
}

export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/** Systems whose data are the same under every host name. Nobody knows this of the others. */
const NAMELESS: ReadonlySet<string> = new Set(["postgresql", "redis", "mysql", "mariadb", "sqlite"]);

function movedOf(container: DockerContainer, at: At, bytes: number): MovedService {
  const service = serviceOf(container);
  return {
    ...{ ...at, service, name: service, bytes, destination: "", written: "", env: { ...container.env } },
    hostname: NAMELESS.has(at.kind) ? "" : (container.hostname ?? ""),
    ...{ container: container.name, container_id: container.id, started_at: container.startedAt },
    ...{ image: container.image, image_id: container.imageId },
  };
}
