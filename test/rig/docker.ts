/** The docker client of this machine, as argv arrays. */
import { execa } from "execa";

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker …` and returns its standard output; a failure is an error that carries standard error. */
export async function docker(args: readonly string[], input?: string): Promise<string> {
  const output = await tryDocker(args, input);
  if (output.code !== 0) throw new Error(`docker ${args.join(" ")} failed: ${output.stderr || output.stdout}`);
  return output.stdout;
}

/** Runs `docker …` and returns its output, for every exit code. */
export async function tryDocker(args: readonly string[], input?: string): Promise<Output> {
  const result = await execa("docker", args, { reject: false, input: input ?? "" });
  return { code: result.exitCode ?? 1, stdout: result.stdout, stderr: result.stderr };
}

/** The words of `docker events` for all events from this moment on, however late the client is at the engine. */
export function eventsFromNow(filters: readonly string[]): readonly string[] {
  const since = (Date.now() / 1000).toFixed(3);
  return ["events", "--since", since, "--format", "{{json .}}", ...filters.flatMap((filter) => ["--filter", filter])];
}

/** The fields of `docker inspect` that tests look at. */
export interface ContainerState {
  readonly id: string;
  readonly running: boolean;
  readonly status: string;
  readonly exitCode: number;
  readonly restartCount: number;
  readonly startedAt: string;
  readonly env: Readonly<Record<string, string>>;
  /** Published ports: container port to "address:port" of the host. */
  readonly published: Readonly<Record<number, string>>;
}

interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Running: boolean;
    readonly Status: string;
    readonly ExitCode: number;
    readonly StartedAt: string;
  };
  readonly Config: { readonly Env: readonly string[] };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

async function inspected(name: string): Promise<Inspected | undefined> {
  const output = await tryDocker(["inspect", "--type", "container", name]);
  if (output.code !== 0) {
    if (/no such container/i.test(output.stderr)) return undefined;
    throw new Error(`docker inspect ${name} failed: ${output.stderr}`);
  }
  const [first] = JSON.parse(output.stdout) as Inspected[];
  return first;
}

/** Undefined only if docker says that there is no such container. */
export async function containerState(name: string): Promise<ContainerState | undefined> {
  const found = await inspected(name);
  if (found === undefined) return undefined;
  const published: Record<number, string> = {};
  for (const [port, bindings] of Object.entries(found.NetworkSettings.Ports)) {
    const binding = bindings?.[0];
    if (binding !== undefined) published[Number.parseInt(port, 10)] = `${binding.HostIp}:${binding.HostPort}`;
  }
  return {
    id: found.Id,
    running: found.State.Running,
    status: found.State.Status,
    exitCode: found.State.ExitCode,
    restartCount: found.RestartCount,
    startedAt: found.State.StartedAt,
    env: Object.fromEntries(
      found.Config.Env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    ),
    published,
  };
}

/** The address of a container on a network of the engine. */
export async function containerAddress(name: string, network: string): Promise<string> {
  const address = (await inspected(name))?.NetworkSettings.Networks[network]?.IPAddress;
  if (address === undefined || address === "") throw new Error(`container ${name} has no address on ${network}`);
  return address;
}

/** The lines of a container's log since an RFC 3339 time, both streams in the order the engine wrote them. */
export async function containerLog(name: string, since = "0"): Promise<readonly string[]> {
  const args = ["logs", "--since", since, name];
  const result = await execa("docker", args, { reject: false, all: true, maxBuffer: 64 * 1024 * 1024 });
  return result.all.split("\n");
}
