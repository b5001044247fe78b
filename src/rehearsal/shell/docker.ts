/** Docker's client on a cell, with the words and exit codes of the real one. */
import type { Container, ContainerStatus } from "../world/world.ts";
import { after, type Call, cellOf, ended, type Program } from "./command.ts";
import { inContainer } from "./exec.ts";
import type { Ended } from "../ended.ts";

export const DOCKER = "/var/vcap/packages/docker/bin/docker";
const SOCKET = ["--host", "unix:///var/vcap/sys/run/docker/docker.sock"] as const;
/** `update --restart` came with Docker 1.11. */
const UPDATES_POLICY = [1, 11] as const;

export const docker: Program = (call) => {
  const [verb, ...args] = after(call.args, ...SOCKET) ?? [];
  const inner = { ...call, args };
  switch (verb) {
    case "version":
      return after(args, "--format", "{{.Server.Version}}")?.length === 0
        ? ended(0, `${cellOf(call).dockerVersion}\n`)
        : undefined;
    case "ps":
      return after(args, "-aq", "--no-trunc")?.length === 0 ? list(call) : undefined;
    case "inspect":
      return inspect(inner);
    case "stop":
      return stop(inner);
    case "start":
      return start(inner);
    case "update":
      return update(inner);
    case "logs":
      return logs(inner);
    case "exec":
      return inContainer(inner);
    default:
      return undefined;
  }
};

/** Newest first. */
function list(call: Call): Ended {
  const containers = Object.values(cellOf(call).containers).sort((a, b) => b.createdAt - a.createdAt);
  return ended(0, containers.map((container) => `${container.id}\n`).join(""));
}

function find(call: Call, name: string): Container | undefined {
  return Object.values(cellOf(call).containers).find((each) => each.name === name || each.id === name);
}

const noSuchContainer = (name: string): Ended =>
  ended(1, "", `Error response from daemon: No such container: ${name}\n`);

function inspect(call: Call): Ended | undefined {
  const names = after(call.args, "--type", "container");
  if (names === undefined || names.length === 0) return undefined;
  const found = names.map((name) => find(call, name));
  const documents = found.flatMap((container) => (container === undefined ? [] : [inspection(container)]));
  const missing = names.filter((_, at) => found[at] === undefined);
  const stdout = `${JSON.stringify(documents, null, 4)}\n`;
  return ended(
    missing.length > 0 ? 1 : 0,
    stdout,
    missing.map((name) => `Error: No such container: ${name}\n`).join(""),
  );
}

async function stop(call: Call): Promise<Ended | undefined> {
  const [seconds, name, ...more] = after(call.args, "-t") ?? [];
  const graceSeconds = Number(seconds);
  if (name === undefined || more.length > 0 || !Number.isInteger(graceSeconds)) return undefined;
  const found = find(call, name);
  if (found === undefined) return noSuchContainer(name);
  call.host.apply({ is: "docker-stop", cell: call.ip, name: found.name, graceSeconds });
  const isDown = () => find(call, name)?.status !== "stopping";
  await call.host.until(isDown, (graceSeconds + 5) * 1000);
  return ended(0, `${name}\n`);
}

function start(call: Call): Ended | undefined {
  const [name, ...more] = call.args;
  if (name === undefined || more.length > 0) return undefined;
  const found = find(call, name);
  if (found === undefined) return noSuchContainer(name);
  call.host.apply({ is: "docker-start", cell: call.ip, name: found.name });
  return ended(0, `${name}\n`);
}

function update(call: Call): Ended | undefined {
  const [flag, name, ...more] = call.args;
  const policy = flag === "--restart=no" ? "no" : flag === "--restart=always" ? "always" : undefined;
  if (policy === undefined || name === undefined || more.length > 0) return undefined;
  const [major = 0, minor = 0] = cellOf(call).dockerVersion.split(".").map(Number);
  if (major < UPDATES_POLICY[0] || (major === UPDATES_POLICY[0] && minor < UPDATES_POLICY[1])) {
    return ended(125, "", "flag provided but not defined: --restart\nSee 'docker update --help'.\n");
  }
  const found = find(call, name);
  if (found === undefined) return noSuchContainer(name);
  call.host.apply({ is: "docker-policy", cell: call.ip, name: found.name, policy });
  return ended(0, `${name}\n`);
}

function logs(call: Call): Ended | undefined {
  const [since, flag, name, ...more] = after(call.args, "--since") ?? [];
  if (since === undefined || flag !== "-t" || name === undefined || more.length > 0) return undefined;
  const found = find(call, name);
  if (found === undefined) return noSuchContainer(name);
  const from = Date.parse(since);
  if (Number.isNaN(from)) return ended(1, "", `Error response from daemon: invalid value for "since": ${since}\n`);
  const lines = found.logs.filter((line) => line.at >= from);
  return ended(0, lines.map((line) => `${dockerTime(line.at)} ${line.text}\n`).join(""));
}

const NEVER = "0001-01-01T00:00:00Z";

/** Docker's times have nine digits of seconds. */
const dockerTime = (at: number): string => (at === 0 ? NEVER : new Date(at).toISOString().replace("Z", "000000Z"));

/** `docker stop` is not seen from outside until it has happened. */
const shownStatus = (status: ContainerStatus): string => (status === "stopping" ? "running" : status);

/** The answer of `docker inspect` for a container, in the shape of Docker 1.10 to 20.10. */
function inspection(container: Container): Record<string, unknown> {
  const status = shownStatus(container.status);
  const up = status === "running";
  // A restarting container counts as running as well, and its exit code is the last life's.
  const running = up || status === "restarting";
  const bindings = Object.fromEntries(
    container.ports.map((port) => [`${port.container}/tcp`, [{ HostIp: port.hostIp, HostPort: String(port.host) }]]),
  );
  return {
    Id: container.id,
    Created: dockerTime(container.createdAt),
    Path: "/scripts/run.sh",
    Args: [],
    State: {
      Status: status,
      Running: running,
      Paused: false,
      Restarting: status === "restarting",
      OOMKilled: false,
      Dead: false,
      Pid: up ? 4711 : 0,
      ExitCode: container.exitCode,
      Error: "",
      StartedAt: dockerTime(container.startedAt),
      FinishedAt: dockerTime(container.finishedAt),
    },
    Image: `sha256:${container.id}`,
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    HostConfig: {
      Binds: [`${container.dataDirectory}:/data`],
      PortBindings: bindings,
      RestartPolicy: { Name: container.restartPolicy, MaximumRetryCount: 0 },
      LogConfig: { Type: "syslog", Config: { tag: "{{.Name}}" } },
    },
    Mounts: [{ Source: container.dataDirectory, Destination: "/data", Mode: "", RW: true, Propagation: "rprivate" }],
    Config: {
      Hostname: container.id.slice(0, 12),
      Env: Object.entries(container.env).map(([name, value]) => `${name}=${value}`),
      Image: container.image,
      Labels: container.labels,
      Cmd: ["/scripts/run.sh"],
      Volumes: { "/data": {} },
    },
    NetworkSettings: { Ports: up ? bindings : {} },
  };
}
