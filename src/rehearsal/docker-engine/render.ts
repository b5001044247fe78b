/** The engine's description of its objects, in the form of Engine 20.10's own answers. */
import {
  type DockerEngineState,
  mountpoint,
  type SimContainer,
  type SimImage,
  type SimVolume,
  upperDirectory,
} from "./state.ts";
import { sizeOf } from "./tree.ts";

const iso = (ms: number): string => new Date(ms).toISOString();
/** Of volumes without fractions. */
const seconds = (ms: number): string => iso(ms).replace(/\.\d+Z$/, "Z");

export function infoOf(state: DockerEngineState): unknown {
  const running = Object.values(state.containers).filter(({ status }) => status === "running").length;
  return {
    ID: state.id,
    Containers: Object.keys(state.containers).length,
    ContainersRunning: running,
    Images: Object.keys(state.images).length,
    Driver: state.storageDriver,
    DriverStatus: [["Backing Filesystem", "extfs"]],
    OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
    OSType: "linux",
    DockerRootDir: state.root,
    Name: state.name,
    ServerVersion: state.version,
    SecurityOptions: ["name=seccomp,profile=default"],
    Warnings: null,
  };
}

export function volumeJson(state: DockerEngineState, volume: SimVolume): unknown {
  const { name, driver, labels, options, createdAt } = volume;
  const orNull = (map: Readonly<Record<string, string>>) => (Object.keys(map).length === 0 ? null : map);
  return {
    CreatedAt: seconds(createdAt),
    Driver: driver,
    Labels: orNull(labels),
    Mountpoint: driver === "local" ? mountpoint(state, name) : "",
    Name: name,
    Options: orNull(options),
    Scope: "local",
  };
}

export function containerJson(state: DockerEngineState, container: SimContainer): unknown {
  const { id, name, image, imageId, status, exitCode, createdAt, startedAt, restartPolicy, labels, env } = container;
  const made = state.images[imageId];
  const upper = upperDirectory(state, container);
  return {
    Id: id,
    Created: iso(createdAt),
    State: { Status: status, Running: status === "running", ExitCode: exitCode, StartedAt: iso(startedAt) },
    Image: imageId,
    Name: `/${name}`,
    RestartCount: 0,
    HostConfig: {
      Binds: container.mounts
        .filter((mount) => !isAnonymous(mount))
        .map(({ from, to, writable }) => `${from}:${to}${writable ? "" : ":ro"}`),
      PortBindings: Object.fromEntries(
        (container.ports ?? []).map(({ container: inside, host }) => [
          inside,
          [{ HostIp: "", HostPort: String(host) }],
        ]),
      ),
      AutoRemove: false,
      RestartPolicy: { Name: restartPolicy, MaximumRetryCount: 0 },
    },
    GraphDriver: { Name: state.storageDriver, Data: state.storageDriver === "overlay2" ? { UpperDir: upper } : null },
    Mounts: container.mounts.map((mount) => mountJson(state, mount)),
    Config: {
      Image: image,
      Hostname: container.hostname ?? id.slice(0, 12),
      User: made?.user ?? "",
      Env: [...(made?.env ?? []), ...env],
      Cmd: container.command ?? made?.command ?? null,
      Entrypoint: made?.entrypoint ?? null,
      Volumes: made === undefined || made.volumes.length === 0 ? null : empties(made.volumes),
      Labels: labels,
    },
    NetworkSettings: {
      // Of one that does not run nothing is published.
      Ports: status === "running" ? published(container) : {},
      Networks: Object.fromEntries((container.networks ?? ["bridge"]).map((network) => [network, { Aliases: null }])),
    },
  };
}

const empties = (paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, {}]));
/** The engine named it, and nobody else. */
const isAnonymous = ({ kind, from }: SimContainer["mounts"][number]): boolean =>
  kind === "volume" && /^[0-9a-f]{64}$/.test(from);

const published = ({ ports = [] }: SimContainer) =>
  Object.fromEntries(
    ports.map(({ container, host }) => [container, [{ HostIp: "0.0.0.0", HostPort: String(host) }]] as const),
  );

function mountJson(state: DockerEngineState, { kind, from, to, writable }: SimContainer["mounts"][number]): unknown {
  return kind === "volume"
    ? { Type: kind, Name: from, Source: mountpoint(state, from), Destination: to, Driver: "local", RW: writable }
    : { Type: kind, Source: from, Destination: to, Mode: "", RW: writable };
}

export function imageJson({ id, tags, volumes, env, entrypoint, command, user, size }: SimImage): unknown {
  return {
    Id: id,
    RepoTags: tags,
    Size: size,
    Config: {
      Env: env,
      Cmd: command,
      Entrypoint: entrypoint.length === 0 ? null : entrypoint,
      User: user,
      Volumes: volumes.length === 0 ? null : empties(volumes),
      Labels: null,
    },
  };
}

export function sizesJson(state: DockerEngineState): unknown {
  return {
    Images: Object.values(state.images).map(({ id, size }) => ({
      ID: id,
      Size: sizeText(size),
      UniqueSize: sizeText(size),
    })),
    Containers: Object.values(state.containers).map(({ id, layer }) => ({ ID: id, Size: sizeText(sizeOf(layer)) })),
    Volumes: Object.values(state.volumes).map(({ name, tree }) => ({ Name: name, Size: sizeText(sizeOf(tree)) })),
    BuildCache: [],
  };
}

/** Four digits and a unit of a thousand, as `go-units` writes them. */
function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(4))}${units[power] ?? "B"}`;
}
