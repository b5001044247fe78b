/**
 * The order for a container like another one, made of what `docker inspect` says of that: the fields that the engine
 * takes back (Engine API `POST /containers/create`). Volumes that nobody named are named here, or the engine would make
 * new ones.
 */
import type { Inspected, InspectedNetwork } from "./inspected.ts";

type Body = { readonly [field: string]: unknown };

export function likeBody(
  { Id, Config, HostConfig, Mounts, NetworkSettings }: Inspected,
  to: { readonly image: string; readonly labels: Readonly<Record<string, string>> },
): Body {
  const named = new Set([
    ...(HostConfig.Binds ?? []).map((bind) => bind.split(":")[1]),
    ...(HostConfig.Mounts ?? []).map(({ Target }) => Target),
  ]);
  const unnamed = (Mounts ?? []).filter(
    ({ Type, Name, Destination }) => Type === "volume" && Name !== "" && !named.has(Destination),
  );
  const binds = unnamed.map(({ Name, Destination, RW }) => `${Name}:${Destination}${RW ? "" : ":ro"}`);
  const { Hostname, ...config } = Config;
  // One that shares another's network or name has none for itself, though the engine shows one, and takes none.
  const isShared = HostConfig.NetworkMode?.startsWith("container:") === true || HostConfig["UTSMode"] === "host";
  return {
    ...config,
    // Also the engine's own choice: data may lie below that name (RabbitMQ, Consul).
    ...(Hostname === undefined || isShared ? {} : { Hostname }),
    Image: to.image,
    Labels: { ...Config.Labels, ...to.labels },
    HostConfig: { ...HostConfig, Binds: [...(HostConfig.Binds ?? []), ...binds] },
    NetworkingConfig: { EndpointsConfig: endpoints(NetworkSettings?.Networks ?? {}, Id) },
  };
}

/** Addresses that nobody asked for are the engine's to give; the alias that is the old id says nothing of the new one. */
function endpoints(networks: Readonly<Record<string, InspectedNetwork>>, id: string): Body {
  return Object.fromEntries(
    Object.entries(networks).map(([name, { Aliases, ...asked }]) => [
      name,
      {
        Aliases: (Aliases ?? []).filter((alias) => !id.startsWith(alias)),
        ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null && value !== undefined)),
      },
    ]),
  );
}

/** The same image, command and environment, on one directory: no network, no port, no other volume, no restart. */
export function proofBody(
  { Image, Config }: Inspected,
  to: { readonly directory: string; readonly target: string; readonly labels: Readonly<Record<string, string>> },
): Body {
  const { Hostname: _own, Volumes, ...config } = Config;
  const others = Object.keys(Volumes ?? {}).filter((path) => path !== to.target);
  return {
    ...config,
    Image,
    Labels: to.labels,
    ExposedPorts: {},
    HostConfig: {
      NetworkMode: "none",
      Mounts: [{ Type: "bind", Source: to.directory, Target: to.target }],
      Tmpfs: Object.fromEntries(others.map((path) => [path, ""])),
    },
  };
}
