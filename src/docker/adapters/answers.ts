/**
 * Answers of the `docker` CLI as JSON, of Engine 1.13 to 29. Unknown fields are left alone; a missing one is unknown.
 */
import { z } from "zod";
import type {
  DockerContainer,
  DockerImage,
  DockerMount,
  DockerVolume,
  EngineFacts,
  MountKind,
} from "../../ports/docker-host.ts";
import { answerError, parseJson } from "../../kit/shell/json-answer.ts";
import { tellingVariables } from "./telling-variables.ts";

const texts = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform((map) => Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, value ?? ""])));
const list = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);
/** An entrypoint is one text in answers of the oldest engines. */
const words = z
  .union([z.array(z.string()), z.string().transform((word) => [word])])
  .nullish()
  .transform((items) => items ?? []);

const info = z.object({
  ID: z.string().default(""),
  Name: z.string().default(""),
  ServerVersion: z.string().default(""),
  OperatingSystem: z.string().default(""),
  Driver: z.string().default(""),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  DockerRootDir: z.string().default(""),
  SecurityOptions: list,
  Warnings: list,
  ServerErrors: list,
});

/** `docker info` ends with 0 and a complaint inside when no engine answers, from 18.09 to 28. */
export function parseInfo(
  text: string,
  place: string,
): Omit<EngineFacts, "endpoint" | "context" | "readsDirectly"> & {
  readonly complaints: readonly string[];
} {
  const said = parsed(info, parseJson(text, "the answer of `docker info`", place), { what: "`docker info`", place });
  const has = (name: string): boolean =>
    said.SecurityOptions.some((option) => option.split(",").includes(`name=${name}`));
  return {
    id: said.ID,
    name: said.Name,
    version: /^\d+(?:\.\d+)*/.exec(said.ServerVersion)?.[0] ?? said.ServerVersion,
    operatingSystem: said.OperatingSystem,
    storageDriver: said.Driver,
    driverStatus: (said.DriverStatus ?? []).map(([name = "", value = ""]) => [name, value] as const),
    root: said.DockerRootDir,
    rootless: has("rootless"),
    remapped: has("userns"),
    warnings: said.Warnings,
    complaints: said.ServerErrors,
  };
}

const contexts = z.array(
  z.object({ Name: z.string(), Endpoints: z.object({ docker: z.object({ Host: z.string().default("") }) }) }),
);

export function parseContext(text: string, place: string): { readonly name: string; readonly endpoint: string } {
  const what = "`docker context inspect`";
  const [first] = parsed(contexts, parseJson(text, `the answer of ${what}`, place), { what, place });
  if (first !== undefined) return { name: first.Name, endpoint: first.Endpoints.docker.Host };
  throw answerError("answer-malformed", `the answer of ${what} names no context`, place);
}

const volume = z.object({
  Name: z.string(),
  Driver: z.string().default(""),
  Mountpoint: z.string().default(""),
  Labels: texts,
  Options: texts,
  CreatedAt: z.string().nullish(),
});

export function parseVolumes(text: string, place: string): readonly DockerVolume[] {
  return parseList(volume, text, { what: "`docker volume inspect`", place }).map((said) => ({
    name: said.Name,
    driver: said.Driver,
    mountpoint: said.Mountpoint,
    labels: said.Labels,
    options: said.Options,
    createdAt: said.CreatedAt ?? undefined,
    anonymous: /^[0-9a-f]{64}$/.test(said.Name) || "com.docker.volume.anonymous" in said.Labels,
  }));
}

const mount = z.object({
  Type: z.string().optional(),
  Name: z.string().default(""),
  Source: z.string().default(""),
  Destination: z.string(),
  RW: z.boolean().default(true),
});
const asked = z.object({
  Type: z.string().default(""),
  Source: z.string().default(""),
  Target: z.string().default(""),
  ReadOnly: z.boolean().default(false),
});
const port = z.object({ HostIp: z.string().default(""), HostPort: z.string().default("") });
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
  }),
  HostConfig: z.object({
    Binds: list,
    Mounts: z.array(asked).nullish(),
    AutoRemove: z.boolean().default(false),
    RestartPolicy: z.object({ Name: z.string().default("") }).optional(),
    NetworkMode: z.string().nullish(),
    PidMode: z.string().nullish(),
    IpcMode: z.string().nullish(),
  }),
  GraphDriver: z.object({ Name: z.string().default(""), Data: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  Mounts: z.array(mount).nullish(),
  Config: z.object({
    Image: z.string().default(""),
    User: z.string().default(""),
    Env: list,
    Cmd: words,
    Entrypoint: words,
    Labels: texts,
  }),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(port).nullable()).nullish(),
      Networks: z.record(z.string(), z.unknown()).nullish(),
    })
    .optional(),
});
type SaidContainer = z.infer<typeof container>;

export function parseContainers(text: string, place: string): readonly DockerContainer[] {
  return parseList(container, text, { what: "`docker inspect`", place }).map(toContainer);
}

function toContainer(said: SaidContainer): DockerContainer {
  const { State: state, HostConfig: host, Config: config, NetworkSettings: network } = said;
  const upper = said.GraphDriver?.Data?.["UpperDir"];
  return {
    id: said.Id,
    name: said.Name.replace(/^\//, ""),
    image: config.Image,
    imageId: said.Image,
    running: state.Running,
    status: state.Status,
    exitCode: state.ExitCode,
    createdAt: said.Created,
    startedAt: state.StartedAt,
    restartPolicy: host.RestartPolicy?.Name ?? "",
    removedWhenStopped: host.AutoRemove,
    labels: config.Labels,
    mounts: (said.Mounts ?? []).map(toMount).toSorted(byDestination),
    binds: [...host.Binds, ...(host.Mounts ?? []).flatMap(askedBind)],
    env: tellingVariables(config.Env),
    layer: typeof upper === "string" && upper.startsWith("/") ? upper : undefined,
    user: config.User,
    entrypoint: config.Entrypoint,
    command: config.Cmd,
    ports: Object.entries(network?.Ports ?? {}).flatMap(([inside, published]) =>
      (published ?? []).map(({ HostIp, HostPort }) => ({ container: inside, hostIp: HostIp, host: Number(HostPort) })),
    ),
    networks: Object.keys(network?.Networks ?? {}),
    joins: [host.NetworkMode, host.PidMode, host.IpcMode].flatMap((mode) => joined(mode ?? "")),
  };
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

function askedBind({ Type, Source, Target, ReadOnly }: z.infer<typeof asked>): readonly string[] {
  return Type === "bind" ? [`${Source}:${Target}${ReadOnly ? ":ro" : ""}`] : [];
}

const image = z.object({
  Id: z.string(),
  RepoTags: list,
  Size: z.number().nullish(),
  Config: z
    .object({
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      Env: list,
      Cmd: words,
      Entrypoint: words,
      User: z.string().default(""),
      Labels: texts,
    })
    .nullish(),
});

export function parseImages(text: string, place: string): readonly DockerImage[] {
  return parseList(image, text, { what: "`docker image inspect`", place }).map(({ Id, RepoTags, Size, Config }) => ({
    id: Id,
    tags: RepoTags,
    volumes: Object.keys(Config?.Volumes ?? {}),
    entrypoint: Config?.Entrypoint ?? [],
    command: Config?.Cmd ?? [],
    user: Config?.User ?? "",
    env: tellingVariables(Config?.Env ?? []),
    labels: Config?.Labels ?? {},
    size: Size ?? undefined,
  }));
}

interface Source {
  readonly what: string;
  readonly place: string;
}

function parseList<T>(item: z.ZodType<T>, text: string, source: Source): readonly T[] {
  return parsed(z.array(item), parseJson(text, `the answer of ${source.what}`, source.place), source);
}

export function parsed<T>(schema: z.ZodType<T>, value: unknown, { what, place }: Source): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.map(String).join(".") ?? "";
  throw answerError("answer-malformed", `the answer of ${what} is not understood at "${where}"`, place);
}
