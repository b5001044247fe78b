/** `curl` on the engine's machine: a container made by the engine's socket, and a look whether an application answers. */
import { type Applied, says } from "./answer.ts";
import { databaseIn } from "./database.ts";
import { altered, create } from "./lifecycle.ts";
import { nodeOn } from "./machine-files.ts";
import { containerOf, type DockerEngineState, imageOf, type SimContainer, type SimMount } from "./state.ts";

interface Body {
  readonly Image: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Hostname?: string;
  readonly HostConfig: {
    readonly Binds?: readonly string[] | null;
    readonly Mounts?: readonly { readonly Type: string; readonly Source: string; readonly Target: string }[] | null;
    readonly Tmpfs?: Readonly<Record<string, string>>;
    readonly NetworkMode?: string;
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[]>> | null;
    readonly RestartPolicy?: { readonly Name: string };
  };
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, unknown>> };
}

export function applyCurl(
  state: DockerEngineState,
  { words, stdin, now }: { readonly words: readonly string[]; readonly stdin: string; readonly now: number },
): Applied | undefined {
  const line = words.join(" ");
  const name = /^-q -sS --unix-socket \S+ .* http:\/\/localhost\/containers\/create\?name=(\S+)$/.exec(line)?.[1];
  if (name !== undefined)
    return made(state, { name, body: JSON.parse(Buffer.from(stdin, "latin1").toString()) as Body, now });
  const url = /^-q -s -g --noproxy \* --max-time 10 -o \/dev\/null -w %\{http_code\} -- (\S+)$/.exec(line)?.[1];
  return url === undefined ? undefined : visited(state, new URL(url));
}

function made(
  state: DockerEngineState,
  { name, body, now }: { readonly name: string; readonly body: Body; readonly now: number },
): Applied {
  const refused = (status: number, message: string) => says(state, `${JSON.stringify({ message })}\n\n${status}`);
  const taken = containerOf(state, name);
  if (taken?.name === name)
    return refused(409, `Conflict. The container name "/${name}" is already in use by container "${taken.id}".`);
  const image = imageOf(state, body.Image);
  if (image === undefined) return refused(404, `No such image: ${body.Image}`);
  const { Binds, Mounts, Tmpfs, NetworkMode, PortBindings, RestartPolicy } = body.HostConfig;
  const gone = (Mounts ?? []).find(({ Source }) => nodeOn(state, Source) === undefined);
  if (gone !== undefined)
    return refused(400, `invalid mount config for type "bind": bind source path does not exist: ${gone.Source}`);
  const mounts = [...(Binds ?? []).map(bindOf), ...(Mounts ?? []).map(({ Source, Target }) => bound(Source, Target))];
  // A path in memory needs no volume.
  const covered = Object.keys(Tmpfs ?? {}).map(
    (to): SimMount => ({ kind: "bind", from: "/dev/shm", to, writable: true }),
  );
  const ports = Object.entries(PortBindings ?? {}).flatMap(([container, all]) =>
    all.map(({ HostPort }) => ({ container, host: Number(HostPort) })),
  );
  const networks = NetworkMode === "none" ? [] : Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {});
  const own = (body.Env ?? []).filter((each) => !image.env.includes(each));
  const [next, id] = create(
    state,
    {
      ...{ name, image: body.Image, imageId: image.id, labels: body.Labels ?? {}, env: own },
      ...{ mounts: [...mounts, ...covered], ports, networks, restartPolicy: RestartPolicy?.Name ?? "no" },
      ...(body.Cmd === null || body.Cmd === undefined ? {} : { command: body.Cmd }),
      ...(body.Hostname === undefined ? {} : { hostname: body.Hostname }),
    },
    now,
  );
  const kept = altered(next, id, { mounts });
  return says(covered.length === 0 ? next : kept, `${JSON.stringify({ Id: id, Warnings: [] })}\n\n201`);
}

const bound = (from: string, to: string): SimMount => ({
  kind: from.startsWith("/") ? "bind" : "volume",
  from,
  to,
  writable: true,
});

function bindOf(written: string): SimMount {
  const [from = "", to = "", mode] = written.split(":");
  return { ...bound(from, to), writable: mode !== "ro" };
}

/** An application answers with 500 until it is warm, and as long as its database does not run. */
function visited(state: DockerEngineState, url: URL): Applied {
  const port = Number(url.port === "" ? "80" : url.port);
  const publishing = Object.values(state.containers).find(
    ({ status, ports = [] }) => status === "running" && ports.some(({ host }) => host === port),
  );
  if (publishing === undefined) return { state, answer: { code: 7, stdout: "000", stderr: "" } };
  const answered = (publishing.answered ?? 0) + 1;
  const first = state.images[publishing.imageId]?.errorsFirst ?? 0;
  const isWell = answered > first && databasesRun(state, publishing);
  return says(altered(state, publishing.id, { answered }), isWell ? "200" : "500");
}

function databasesRun(state: DockerEngineState, { labels }: SimContainer): boolean {
  const project = labels["com.docker.compose.project"];
  if (project === undefined) return true;
  return Object.values(state.containers)
    .filter((one) => one.labels["com.docker.compose.project"] === project && databaseIn(state, one) !== undefined)
    .every(({ status }) => status === "running");
}
