/**
 * The order for a container like another one, made of what `docker inspect` says of that: the fields that the engine
 * takes back (Engine API `POST /containers/create`). Volumes that nobody named are named here, or the engine would make
 * new ones.
 */
import { z } from "zod";

type Body = { readonly [field: string]: unknown };
const network = z.object({
  Aliases: z.array(z.string()).nullish(),
  /** The addresses that somebody asked for; an address that the engine gave stands elsewhere. */
  IPAMConfig: z.record(z.string(), z.unknown()).nullish(),
  Links: z.array(z.string()).nullish(),
  DriverOpts: z.record(z.string(), z.string()).nullish(),
});
const inspected = z.tuple([
  z.object({
    Id: z.string(),
    Image: z.string(),
    Config: z.looseObject({
      Labels: z.record(z.string(), z.string()).nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
    }),
    HostConfig: z.looseObject({
      Binds: z.array(z.string()).nullish(),
      Mounts: z.array(z.looseObject({ Target: z.string() })).nullish(),
    }),
    Mounts: z.array(
      z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string(), RW: z.boolean() }),
    ),
    NetworkSettings: z.object({ Networks: z.record(z.string(), network).nullish() }),
  }),
]);

export function likeBody(
  text: unknown,
  to: { readonly image: string; readonly labels: Readonly<Record<string, string>> },
): Body {
  const [{ Id, Config, HostConfig, Mounts, NetworkSettings }] = inspected.parse(text);
  const named = new Set([
    ...(HostConfig.Binds ?? []).map((bind) => bind.split(":")[1]),
    ...(HostConfig.Mounts ?? []).map(({ Target }) => Target),
  ]);
  const unnamed = Mounts.filter(
    ({ Type, Name, Destination }) => Type === "volume" && Name !== undefined && !named.has(Destination),
  );
  const binds = unnamed.map(({ Name, Destination, RW }) => `${Name ?? ""}:${Destination}${RW ? "" : ":ro"}`);
  const { Hostname, ...config } = Config;
  return {
    ...config,
    // The engine's own choice is the beginning of the id.
    ...(typeof Hostname === "string" && !Id.startsWith(Hostname) ? { Hostname } : {}),
    Image: to.image,
    Labels: { ...Config.Labels, ...to.labels },
    HostConfig: { ...HostConfig, Binds: [...(HostConfig.Binds ?? []), ...binds] },
    NetworkingConfig: { EndpointsConfig: endpoints(NetworkSettings.Networks ?? {}, Id) },
  };
}

/** Addresses that nobody asked for are the engine's to give; the alias that is the old id says nothing of the new one. */
function endpoints(networks: Readonly<Record<string, z.infer<typeof network>>>, id: string): Body {
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
  text: unknown,
  to: { readonly directory: string; readonly target: string; readonly labels: Readonly<Record<string, string>> },
): Body {
  const [{ Image, Config }] = inspected.parse(text);
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
