/** The directories of an engine's machine that volumes and binds are. */
import { posix } from "node:path";
import type { DockerContainer, DockerVolume, EngineFacts, Place } from "../../ports/docker-host.ts";

/** Levels below a bind that are searched: all of somebody's home is nobody's database. */
const NEAR = 4;

/** Names in a directory of a container that other mounts lie at. */
export const pointsIn = (directory: string, mounts: DockerContainer["mounts"]): ReadonlySet<string> =>
  new Set(
    mounts
      .map(({ destination }) => destination)
      .flatMap((path) => (posix.dirname(path) === directory ? [posix.basename(path)] : [])),
  );

/** Undefined if its directory would not show its content. */
function volumePlace(volume: DockerVolume, containers: readonly DockerContainer[]): Place | undefined {
  const { name, driver, mountpoint, options } = volume;
  const key = `volume:${name}`;
  const { type, o = "", device = "" } = options;
  if (mountpoint === "" || driver !== "local") return undefined;
  if (Object.keys(options).length === 0) return { key, path: mountpoint };
  // A bind by another name: its directory is there whether or not it is mounted.
  if (device.startsWith("/") && (type === "none" || /(?:^|,)r?bind(?:,|$)/u.test(o))) return { key, path: device };
  const isMounted = containers.some(({ running, mounts }) => running && mounts.some(({ volume }) => volume === name));
  return isMounted ? { key, path: mountpoint } : undefined;
}

/** A directory that holds the engine's own shows all of it, and nothing that is meant by the mount. */
function bindPlaces(containers: readonly DockerContainer[], { root }: EngineFacts): readonly Place[] {
  const sources = containers.flatMap(({ mounts }) =>
    mounts.filter(({ kind }) => kind === "bind").map(({ source }) => source),
  );
  return [...new Set(sources)]
    .filter((path) => path.startsWith("/") && !`${root}/`.startsWith(path.endsWith("/") ? path : `${path}/`))
    .map((path) => ({ key: `bind:${path}`, path, depth: NEAR }));
}

/** Those of all volumes and binds of a host, in this order. */
export const hostPlaces = (
  volumes: readonly DockerVolume[],
  containers: readonly DockerContainer[],
  engine: EngineFacts,
): readonly Place[] => [
  ...volumes.flatMap((volume) => volumePlace(volume, containers) ?? []),
  ...bindPlaces(containers, engine),
];
