/** Which services of a stack keep their data where they go with the container. */
import { dataPathsOf } from "../../compose/data-paths.js";
import { counted } from "../../counted.js";
import type { DockerContainer, DockerHost, DockerImage, DockerVolume } from "../../ports/docker-host.js";
import type { DockerWork } from "../../ports/docker-work.js";
import { quoted } from "../../printable.js";
import type { MovedService } from "./moved-service.js";
import { LABEL, refuse } from "./stack.js";

export interface Sought {
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly members: readonly DockerContainer[];
  readonly request: { readonly project: string; readonly services: readonly string[] };
  readonly place: { readonly directory: string; readonly files: readonly string[] };
}

/** Destination and text for the file are filled in by `planEdit`. Throws where there is nothing to move. */
export async function servicesToMove({
  host,
  work,
  members,
  request,
  place,
}: Sought): Promise<readonly MovedService[]> {
  if (place.directory === "" || place.files.length === 0)
    throw refuse(
      "the containers do not say which Compose files they come from",
      host.label,
      "Bring the stack up once with its Compose file, so that its containers carry the labels.",
    );
  const [volumes, images] = [await host.volumes(), await host.images()];
  const found: MovedService[] = [];
  for (const container of members) {
    const service = container.labels[LABEL.service] ?? "";
    if (request.services.length > 0 && !request.services.includes(service)) continue;
    const image = images.find(({ id }) => id === container.imageId);
    const asked = request.services.includes(service);
    for (const at of await placesOf(container, { host, work, volumes, image, asked }))
      found.push(movedOf(container, { ...at, service, bytes: await bytesOf(container, { ...at, work }) }));
  }
  const none = `no data of ${quoted(request.project)} lie in an anonymous volume or a container's own layer`;
  if (found.length === 0)
    throw refuse(
      none,
      host.label,
      "Nothing has to be moved. `dingo-recover run audit-docker-storage` shows where its data lie.",
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
    readonly image: DockerImage | undefined;
    readonly asked: boolean;
  },
): Promise<readonly At[]> {
  const known = dataPathsOf(container.image, container.env);
  const found: At[] = [];
  for (const mount of container.mounts) {
    const volume = about.volumes.find(({ name }) => name === mount.volume);
    if (mount.kind !== "volume" || volume?.anonymous !== true || volume.mountpoint === "") continue;
    const data = known.find(({ path }) => isWithin(path, mount.destination));
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
  if (uncovered.length === 0) return found;
  const changes = (await about.host.changes(container.id)) ?? [];
  const wrote = uncovered.filter(({ path }) => changes.some((change) => change.path.startsWith(`${path}/`)));
  return [...found, ...wrote.map(({ path, kind }) => ({ path, kind, volume: "", source: "" }))];
}

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
