/** The answer of `docker inspect` about containers, of Engine 1.13 to 29: as it stands there, so that it can be sent back. */
import { z } from "zod";
import type { DockerContainer, DockerMount, MountKind } from "../../ports/docker-host.ts";
import { labels, parseList, textsOf, words, wordsOf } from "./answers.ts";
import { tellingVariables } from "./telling-variables.ts";

const texts = z.array(z.string()).nullish();
const mount = z.object({
  Type: z.string().optional(),
  Name: z.string().default(""),
  Source: z.string().default(""),
  Destination: z.string(),
  RW: z.boolean().default(true),
});
const asked = z.looseObject({
  Type: z.string().optional(),
  Source: z.string().optional(),
  Target: z.string(),
  ReadOnly: z.boolean().optional(),
});
const port = z.object({ HostIp: z.string().default(""), HostPort: z.string().default("") });
const network = z.object({
  Aliases: texts,
  /** The addresses that somebody asked for; an address that the engine gave stands elsewhere. */
  IPAMConfig: z.record(z.string(), z.unknown()).nullish(),
  Links: texts,
  DriverOpts: z.record(z.string(), z.string()).nullish(),
});
const container = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  Created: z.string().default(""),
  State: z.object({
    Status: z.string().default(""),
    Running: z.boolean().default(false),
    ExitCode: z.number().default(0),
    StartedAt: z.string().default(""),
    Health: z.object({ Status: z.string().optional() }).nullish(),
  }),
  HostConfig: z.looseObject({
    Binds: texts,
    Mounts: z.array(asked).nullish(),
    AutoRemove: z.boolean().optional(),
    RestartPolicy: z.looseObject({ Name: z.string().optional() }).nullish(),
    NetworkMode: z.string().nullish(),
    PidMode: z.string().nullish(),
    IpcMode: z.string().nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    LogConfig: z.looseObject({ Type: z.string(), Config: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
  GraphDriver: z.object({ Data: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  Mounts: z.array(mount).nullish(),
  Config: z.looseObject({
    Image: z.string().optional(),
    Hostname: z.string().optional(),
    User: z.string().optional(),
    Env: texts,
    Cmd: words,
    Entrypoint: words,
    Labels: labels,
    Volumes: z.record(z.string(), z.unknown()).nullish(),
  }),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(port).nullable()).nullish(),
      Networks: z.record(z.string(), network).nullish(),
    })
    .optional(),
});
export type Inspected = z.infer<typeof container>;
export type InspectedNetwork = z.infer<typeof network>;

export const parseInspected = (text: string, place: string): readonly Inspected[] =>
  parseList(container, text, { what: "`docker inspect`", place });

export function containerOf(said: Inspected): DockerContainer {
  const { State: state, HostConfig: host, Config: config, NetworkSettings: network } = said;
  const upper = said.GraphDriver?.Data?.["UpperDir"];
  return {
    id: said.Id,
    name: said.Name.replace(/^\//, ""),
    image: config.Image ?? "",
    imageId: said.Image,
    running: state.Running,
    status: state.Status,
    exitCode: state.ExitCode,
    createdAt: said.Created,
    startedAt: state.StartedAt,
    restartPolicy: host.RestartPolicy?.Name ?? "",
    removedWhenStopped: host.AutoRemove ?? false,
    labels: textsOf(config.Labels),
    mounts: (said.Mounts ?? []).map(toMount).toSorted(byDestination),
    binds: [...(host.Binds ?? []), ...(host.Mounts ?? []).flatMap(askedBind)],
    env: tellingVariables(config.Env ?? []),
    layer: typeof upper === "string" && upper.startsWith("/") ? upper : undefined,
    user: config.User ?? "",
    entrypoint: wordsOf(config.Entrypoint),
    command: wordsOf(config.Cmd),
    ports: Object.entries(network?.Ports ?? {}).flatMap(([inside, published]) =>
      (published ?? []).map(({ HostIp, HostPort }) => ({ container: inside, hostIp: HostIp, host: Number(HostPort) })),
    ),
    networks: Object.keys(network?.Networks ?? {}),
    inMemory: Object.keys(host.Tmpfs ?? {}),
    health: state.Health?.Status ?? "none",
    ...hasLogBound(host.LogConfig),
    ...(config.Hostname === undefined ? {} : { hostname: config.Hostname }),
    joins: [host.NetworkMode, host.PidMode, host.IpcMode].flatMap((mode) => joined(mode ?? "")),
  };
}

/** "json-file" alone grows without an end unless it is told one (Docker documentation, "JSON File logging driver"). */
function hasLogBound(log: Inspected["HostConfig"]["LogConfig"]): Pick<DockerContainer, "hasLogBound"> {
  if (log === null || log === undefined) return {};
  return { hasLogBound: log.Type !== "json-file" || log.Config?.["max-size"] !== undefined };
}

const joined = (mode: string): readonly string[] =>
  mode.startsWith("container:") ? [mode.slice("container:".length)] : [];

const KINDS: Readonly<Record<string, MountKind>> = { volume: "volume", bind: "bind", tmpfs: "tmpfs" };

/** Before 17.06 a mount has no type: that of a volume has a name. */
function toMount({ Type, Name, Source, Destination, RW }: z.infer<typeof mount>): DockerMount {
  const kind = Type === undefined ? (Name === "" ? "bind" : "volume") : (KINDS[Type] ?? "other");
  return { kind, volume: kind === "volume" ? Name : "", source: Source, destination: Destination, writable: RW };
}

/** The engine tells them in another order each time (20.10: those of a Go map). */
function byDestination(one: DockerMount, other: DockerMount): number {
  return one.destination < other.destination ? -1 : 1;
}

function askedBind({ Type, Source = "", Target, ReadOnly }: z.infer<typeof asked>): readonly string[] {
  return Type === "bind" ? [`${Source}:${Target}${ReadOnly === true ? ":ro" : ""}`] : [];
}
