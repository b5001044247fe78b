/** Which services of a stack keep their data where they go with the container. */
import { type DataKind, dataPathsOf } from "../../compose/data-paths.ts";
import { counted } from "../../../kit/text/counted.ts";
import { findData } from "../../data-directory/find.ts";
import { type LayerData, layerData, layerPlaces } from "../../data-directory/layers.ts";
import type { Contents } from "../../data-directory/recognise.ts";
import type { SystemName } from "../../data-directory/systems.ts";
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

/** Destination and text for the file are filled in by `planOverride`. Throws if there is nothing to move. */
export async function servicesToMove({ host, work, members, request }: Sought): Promise<readonly MovedService[]> {
  const volumes = await host.volumes();
  const wanted = members.filter(
    ({ labels }) => request.services.length === 0 || request.services.includes(labels[LABEL.service] ?? ""),
  );
  const seen = await lookInto(host, wanted, volumes);
  const found: MovedService[] = [];
  for (const container of wanted) {
    const service = container.labels[LABEL.service] ?? "";
    const asked = request.services.includes(service);
    for (const at of await placesOf(container, { host, work, volumes, seen, asked }))
      found.push(movedOf(container, { ...at, service, bytes: await bytesOf(container, { ...at, work }) }));
  }
  const none = `no data of ${quoted(request.project)} lie in an anonymous volume or a container's own layer`;
  if (found.length === 0)
    throw refuse(
      none,
      host.label,
      "Nothing has to be moved. `dingo-recover run audit-docker-storage` shows where its data lie.",
    );
  const idle = found.find(({ container_id: id }) => !members.some((one) => one.id === id && one.running));
  if (idle !== undefined)
    throw refuse(
      `${quoted(idle.container)} does not run, and its service would be started on what is moved`,
      idle.container,
      "Nothing was changed. Start it, or name the services that run with --input services=SERVICE,…; then begin anew.",
    );
  const rest = restOf(members);
  if (rest !== undefined)
    throw refuse(
      `${quoted(rest.name)} does not run, and another container of its service does: Compose would remove one of them`,
      rest.name,
      "Nothing was changed. Start it, or remove it once nothing in it is missed; then begin anew.",
    );
  const twice = found.find(({ service }, index) =>
    found.some(
      (other, at) => at < index && other.service === service && other.container_id !== found[index]?.container_id,
    ),
  );
  if (twice !== undefined)
    throw refuse(
      `${quoted(twice.service)} has ${counted(members.filter(({ labels }) => labels[LABEL.service] === twice.service).length, "container")}, and they cannot share one directory`,
      host.label,
    );
  return found.map((each) => ({ ...each, name: nameOf(each, found) }));
}

/** Compose has a number of containers for a service, and no word for which of them ran. */
function restOf(members: readonly DockerContainer[]): DockerContainer | undefined {
  const runs = ({ running, status }: DockerContainer): boolean => running || status === "restarting";
  const services = new Set(members.filter(runs).map(({ labels }) => labels[LABEL.service]));
  return members.find((one) => !runs(one) && services.has(one.labels[LABEL.service]));
}

const nameOf = ({ service, path }: MovedService, all: readonly MovedService[]): string =>
  all.filter((each) => each.service === service).length > 1 ? `${service} ${path}` : service;

/** Of a layer as far as it lies in a directory of the machine. */
async function bytesOf({ layer }: DockerContainer, { source, path, work }: At & Pick<Sought, "work">): Promise<number> {
  if (source !== "") return await work.bytesBelow(source);
  return layer === undefined ? 0 : await work.bytesBelow(`${layer}${path}`);
}

interface At {
  readonly path: string;
  readonly kind: string;
  readonly volume: string;
  readonly source: string;
}

async function placesOf(
  container: DockerContainer,
  about: {
    readonly host: DockerHost;
    readonly work: DockerWork;
    readonly volumes: readonly DockerVolume[];
    readonly seen: SeenData;
    readonly asked: boolean;
  },
): Promise<readonly At[]> {
  const known = dataPathsOf(container.image, container.env);
  const found: At[] = [];
  for (const mount of container.mounts) {
    const volume = about.volumes.find(({ name }) => name === mount.volume);
    if (mount.kind !== "volume" || volume?.anonymous !== true || volume.mountpoint === "") continue;
    const data = known.find(({ path }) => isWithin(path, mount.destination)) ?? dataIn(container, mount, about);
    if (!about.asked && data !== undefined && (await isUnused(data.kind, volume.mountpoint, about.work))) continue;
    if (data !== undefined || about.asked)
      found.push({
        path: mount.destination,
        kind: data?.kind ?? "other",
        volume: volume.name,
        source: volume.mountpoint,
      });
  }
  const uncovered = known.filter(
    ({ path }) => !container.mounts.some(({ destination }) => isWithin(path, destination)),
  );
  const layer = inLayer(
    container,
    [...known, ...container.mounts.map((mount) => ({ path: mount.destination }))],
    about,
  );
  if (uncovered.length === 0) return [...found, ...layer];
  const changes = (await about.host.changes(container.id)) ?? [];
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

async function lookInto(
  host: DockerHost,
  members: readonly DockerContainer[],
  volumes: readonly DockerVolume[],
): Promise<SeenData> {
  const used = new Set(members.flatMap(({ mounts }) => mounts.map(({ volume }) => volume)));
  const places = volumes.flatMap(({ name, anonymous, mountpoint }) =>
    anonymous && mountpoint !== "" && used.has(name) ? [{ key: name, path: mountpoint }] : [],
  );
  const found = await findData(host, [...places, ...layerPlaces(members)]);
  const byKey = new Map(found.map((each) => [each.key, each]));
  const layers = new Map<string, LayerData>();
  for (const member of members) layers.set(member.id, await layerData(host, member, byKey));
  return { volumes: new Map(found.map(({ key, contents }) => [key, contents])), layers };
}

/** Undefined if it holds none. Throws if nobody can tell, unless the service was asked for. */
function dataIn(
  container: DockerContainer,
  { volume, destination }: DockerMount,
  { seen, asked }: { readonly seen: SeenData; readonly asked: boolean },
): { readonly kind: DataKind } | undefined {
  const contents = seen.volumes.get(volume);
  if (contents?.kind === "data") return { kind: KINDS[contents.system] ?? "other" };
  const why = contents?.kind === "unknown" ? contents.why : contents?.kind === "other" ? contents.unwalked : undefined;
  if (why !== undefined && !asked)
    throw notKnown(container, `what ${quoted(container.name)} keeps at ${quoted(destination)} is not known: ${why}`);
  return undefined;
}

/** A database that its image does not tell of is moved; other data there would stay behind without a word. */
function inLayer(
  container: DockerContainer,
  told: readonly { readonly path: string }[],
  { seen }: { readonly seen: SeenData },
): readonly At[] {
  const layer = seen.layers.get(container.id);
  if (layer !== undefined && layer.unknown !== null)
    throw notKnown(container, `what ${quoted(container.name)} wrote into its own layer is not known: ${layer.unknown}`);
  const left = (layer?.data ?? []).filter(({ path }) => !told.some((each) => isWithin(path, each.path)));
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

const KINDS: Readonly<Partial<Record<SystemName, DataKind>>> = {
  postgresql: "postgresql",
  redis: "redis",
  mysql: "mysql",
  mariadb: "mysql",
  mongodb: "mongodb",
  elasticsearch: "search",
  rabbitmq: "queue",
};

/**
 * A database has files as soon as it runs: an empty directory is that of a container that has its image for other things,
 * such as `pg_dump`. Redis writes its own on its way down.
 */
async function isUnused(kind: string, directory: string, work: DockerWork): Promise<boolean> {
  return (
    kind !== "redis" && (await work.kind(directory)) === "directory" && (await work.entries(directory)).length === 0
  );
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

function movedOf(
  container: DockerContainer,
  at: At & { readonly service: string; readonly bytes: number },
): MovedService {
  return {
    ...at,
    name: at.service,
    container: container.name,
    container_id: container.id,
    image: container.image,
    image_id: container.imageId,
    started_at: container.startedAt,
    destination: "",
    written: "",
    env: { ...container.env },
  };
}
