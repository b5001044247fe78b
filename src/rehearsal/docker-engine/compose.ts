/**
 * Both generations of Compose, as far as our adapters call them. They know their containers by labels and not by names: one
 * whose configuration is another is "recreated", and takes the old one's unnamed volumes along.
 */
import { posix } from "node:path";
import { type Applied, fails, says } from "./answer.ts";
import { configHash, configured, hashesOf, nameIn, type Service, type Services, servicesIn } from "./compose-config.ts";
import { create, remove, start, stop } from "./lifecycle.ts";
import { recorded, textOn } from "./machine-files.ts";
import { type DockerEngineState, imageOf, type SimContainer, type SimMount } from "./state.ts";

type Generation = "v1" | "v2";
const VERSIONS: Readonly<Record<Generation, string>> = { v1: "1.29.2", v2: "2.40.3" };

interface Call {
  readonly generation: Generation;
  readonly project: string;
  readonly directory: string;
  readonly files: readonly string[];
  readonly now: number;
  readonly keeps?: boolean;
}

interface Typed {
  readonly generation: Generation;
  /** Those behind `docker-compose`, or behind `docker compose`. */
  readonly words: readonly string[];
  readonly stdin: string;
  readonly now: number;
}

export function applyCompose(state: DockerEngineState, { generation, words, stdin, now }: Typed): Applied | undefined {
  if (words.join(" ") === "version --short") return says(state, `${VERSIONS[generation]}\n`);
  const [given, own] = words[0] === "-p" ? [words[1], words.slice(2)] : [undefined, words];
  const [d, directory = "", ...rest] = own;
  if (d !== "--project-directory") return undefined;
  const files: string[] = [];
  while (rest[0] === "-f") files.push(rest.splice(0, 2)[1] ?? "");
  if (generation === "v2" && rest[0] === "--profile" && rest[1] === "*") rest.splice(0, 2);
  const read = files.map((file) => (file === "/dev/stdin" ? stdin : textOn(state, file)));
  const lacking = files.find((_, index) => read[index] === undefined);
  if (lacking !== undefined) return fails(state, `open ${lacking}: no such file or directory`);
  const texts = read.map((text) => text ?? "");
  const call = { generation, project: given ?? nameIn(texts, directory), directory, files, now };
  const hashed = rest[0] === "config" && rest[1] === "--hash" && rest.length === 3 ? rest[2]?.split(",") : undefined;
  if (hashed !== undefined && generation === "v2" && files.join(" ") === "/dev/stdin")
    return says(state, hashesOf(stdin, hashed));
  const services = servicesIn(texts);
  if (hashed !== undefined && generation === "v1")
    return says(state, hashesOf(configured({ ...call, generation: "v2" }, services), hashed));
  if (rest.join(" ") === CONFIG[generation]) return says(state, configured(call, services));
  if (rest[0] !== "up" || rest[1] !== "-d") return undefined;
  const keeps = rest[2] === "--no-recreate";
  if (keeps) rest.splice(2, 1);
  while (rest[2] === "--scale") rest.splice(2, 2);
  const named = rest[2] === "--no-deps" && rest[3] === "--" ? rest.slice(4) : [];
  if (rest.length > 2 && named.length === 0) return undefined;
  return up(state, { ...call, keeps }, { services, names: named.length === 0 ? [...services.keys()] : named });
}

const CONFIG: Readonly<Record<Generation, string>> = { v1: "config", v2: "config --format json" };

function up(
  state: DockerEngineState,
  call: Call,
  { services, names }: { readonly services: Services; readonly names: readonly string[] },
): Applied {
  let current = state;
  for (const name of names) {
    const service = services.get(name);
    if (service === undefined) return fails(current, `no such service: ${name}`);
    const done = raised(current, call, { name, service });
    if ("why" in done) return fails(done.state, `ERROR: for ${name}  ${done.why}`);
    current = done.state;
  }
  return says(recorded(current, `up ${names.join(" ")}`));
}

interface Named {
  readonly name: string;
  readonly service: Service;
}

type Raised = { readonly state: DockerEngineState; readonly why?: string };

function raised(state: DockerEngineState, call: Call, { name, service }: Named): Raised {
  const image = imageOf(state, service.image ?? "");
  if (image === undefined) return { state, why: `pull access denied for ${service.image ?? ""}` };
  const old = memberOf(state, call.project, name);
  if (old !== undefined && (call.keeps === true || old.labels[label("config-hash")] === configHash(service, call)))
    return begun(state, old.id, call);
  const kept = old === undefined ? [] : inherited(old, service, call);
  const gone = old === undefined ? state : remove(stop(state, old, call.now), old);
  const [made, id] = create(
    gone,
    {
      ...{ name: containerName(call, name), image: service.image ?? "", imageId: image.id, env: [] },
      ...{ labels: labelsOf(call, { name, service }), restartPolicy: service.restart ?? "no" },
      ...{ mounts: [...mountsOf(service, call), ...kept], networks: [`${call.project}_default`] },
      ports: (service.ports ?? []).map(portOf),
      ...(service.command === undefined ? {} : { command: service.command.split(" ") }),
      ...(service.hostname === undefined ? {} : { hostname: service.hostname }),
    },
    call.now,
  );
  return begun(made, id, call);
}

function begun(state: DockerEngineState, id: string, { now }: Call): Raised {
  const container = state.containers[id];
  if (container === undefined) return { state, why: "it is gone" };
  const done = start(state, container, now);
  return "why" in done ? { state, why: done.why } : { state: done.state };
}

const label = (name: string): string => `com.docker.compose.${name}`;

const memberOf = ({ containers }: DockerEngineState, project: string, service: string): SimContainer | undefined =>
  Object.values(containers).find(
    ({ labels }) =>
      labels[label("project")] === project &&
      labels[label("service")] === service &&
      labels[label("oneoff")]?.toLowerCase() !== "true",
  );

/** The data of a volume without a name are kept, unless the file mounts something there. */
function inherited({ mounts }: SimContainer, service: Service, call: Call): readonly SimMount[] {
  const named = mountsOf(service, call).map(({ to }) => to);
  return mounts.filter(({ kind, from, to }) => kind === "volume" && /^[0-9a-f]{64}$/.test(from) && !named.includes(to));
}

function mountsOf({ volumes = [] }: Service, { project, directory }: Call): readonly SimMount[] {
  return volumes.map((written) => {
    const [from = "", to = "", mode] = written.split(":");
    const isPath = /^[./~]/.test(from);
    const source = isPath ? posix.resolve(directory, from) : `${project}_${from}`;
    return { kind: isPath ? "bind" : "volume", from: source, to, writable: mode !== "ro" };
  });
}

function portOf(written: string): { readonly container: string; readonly host: number } {
  const [host = "", container = ""] = written.split(":");
  return { container: `${container}/tcp`, host: Number(host) };
}

const containerName = ({ generation, project }: Pick<Call, "generation" | "project">, service: string): string =>
  [project, service, "1"].join(generation === "v1" ? "_" : "-");

/** The first generation writes files as they were given, the second their whole paths. */
function labelsOf(call: Omit<Call, "now">, { name, service }: Named): Readonly<Record<string, string>> {
  const { generation, project, directory, files } = call;
  const shown = generation === "v1" ? files.map((file) => file.replace(`${directory}/`, "")) : files;
  return {
    [label("project")]: project,
    [label("service")]: name,
    [label("version")]: VERSIONS[generation],
    [label("config-hash")]: configHash(service, call),
    [label("container-number")]: "1",
    [label("oneoff")]: "False",
    [label("project.working_dir")]: directory,
    [label("project.config_files")]: shown.join(","),
  };
}

/** A stack as Compose brings it up, for a scenario's first state. */
export function broughtUp(state: DockerEngineState, call: Call): DockerEngineState {
  const texts = call.files.map((file) => textOn(state, file) ?? "");
  const services = servicesIn(texts);
  return up(state, call, { services, names: [...services.keys()] }).state;
}
