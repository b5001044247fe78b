/** The answer of `docker inspect` for a container, in the shape of Docker 1.10 to 20.10. */
import type { Container, ContainerStatus } from "../world/world.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** Docker's times have nine digits of seconds. */
export const dockerTime = (at: number): string =>
  at === 0 ? NEVER : new Date(at).toISOString().replace("Z", "000000Z");

/** `docker stop` is not seen from outside until it has happened. */
const shownStatus = (status: ContainerStatus): string => (status === "stopping" ? "running" : status);

export function inspection(container: Container): Record<string, unknown> {
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
