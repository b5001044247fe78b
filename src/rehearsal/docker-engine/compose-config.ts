/**
 * Compose files of scenarios and of the contract suite, and the answers of `config` about them: JSON of the second
 * generation; YAML of the first, in the form of JSON.
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { parse } from "yaml";

/** As it stands in the files; what is not named here counts for comparisons alone. */
export interface Service {
  readonly image?: string;
  readonly restart?: string;
  readonly command?: string;
  readonly hostname?: string;
  readonly uts?: string;
  readonly build?: string | { readonly context: string };
  /** "FROM:TO". */
  readonly volumes?: readonly string[];
  /** "HOST:CONTAINER". */
  readonly ports?: readonly string[];
}
export type Services = ReadonlyMap<string, Service>;

/** As far as it counts here. */
interface Call {
  readonly generation: "v1" | "v2";
  readonly project: string;
  readonly directory: string;
}

interface File {
  readonly name?: string;
  readonly services?: Readonly<Record<string, Service | null>>;
}

export function servicesIn(texts: readonly string[]): Services {
  const all = new Map<string, Service>();
  for (const text of texts)
    for (const [name, own] of Object.entries((parse(text) as File | null)?.services ?? {})) {
      const before = all.get(name);
      all.set(name, before === undefined || own === null ? (own ?? {}) : merged(before, own));
    }
  return all;
}

/** The last file's own; without one, that of the directory. */
export const nameIn = (texts: readonly string[], directory: string): string =>
  texts.map((text) => (parse(text) as File | null)?.name).findLast((name) => name !== undefined) ??
  posix.basename(directory);

function merged(before: Service, over: Service): Service {
  const both = (list: "volumes" | "ports") => [...(before[list] ?? []), ...(over[list] ?? [])];
  return { ...before, ...over, volumes: both("volumes"), ports: both("ports") };
}

export function configured(call: Call, services: Services): string {
  const all = [...services].sort(([one], [other]) => (one < other ? -1 : 1));
  const keys = new Set(all.flatMap(([, { volumes = [] }]) => volumes.map(fromOf).filter((from) => !isPath(from))));
  const named = [...keys].filter((key) => key !== "");
  const name = (key: string) => (call.generation === "v1" ? {} : { name: `${call.project}_${key}` });
  const volumes = named.length === 0 ? {} : { volumes: Object.fromEntries(named.map((key) => [key, name(key)])) };
  const says = call.generation === "v1" ? first : second;
  const told = { services: Object.fromEntries(all.map(([each, service]) => [each, says(service, call)])), ...volumes };
  if (call.generation === "v1") return JSON.stringify({ ...told, version: "2" });
  const networks = { default: { ...name("default"), ipam: {} } };
  return `${JSON.stringify({ name: call.project, networks, ...told }, null, 2)}\n`;
}

/** The hash on a container's label: of all that `config` says of its service. */
export const configHash = (service: Service, call: Call): string => digest(second(service, call));

/** Lines of a service and its hash, of an answer of the second generation. */
export const hashesOf = (answer: string, names: readonly string[]): string =>
  Object.entries((JSON.parse(answer) as { readonly services: Readonly<Record<string, unknown>> }).services)
    .filter(([name]) => names.includes(name))
    .map(([name, service]) => `${name} ${digest(service)}\n`)
    .join("");

const digest = (service: unknown): string => createHash("sha256").update(JSON.stringify(service)).digest("hex");

function first({ command, volumes = [], ports = [], ...rest }: Service, call: Call) {
  return {
    ...common(rest, call),
    ...(command === undefined ? {} : { command }),
    ...list("ports", ports, (port) => ({ published: halves(port)[0], target: halves(port)[1] })),
    ...list("volumes", volumes, (volume) => short(volume, call)),
  };
}

function second({ command, volumes = [], ports = [], ...rest }: Service, call: Call) {
  return {
    ...common(rest, call),
    ...{ command: command?.split(" ") ?? null, entrypoint: null, networks: { default: null } },
    ...list("ports", ports, (port) => long(...halves(port))),
    ...list("volumes", volumes, (volume) => mount(volume, call)),
  };
}

const common = ({ image, restart, hostname, uts, build, ...others }: Service, { directory }: Call) => ({
  ...(build === undefined ? {} : { build: { context: contextOf(build, directory) } }),
  ...(hostname === undefined ? {} : { hostname }),
  ...(uts === undefined ? {} : { uts }),
  ...(Object.keys(others).length === 0 ? {} : { "x-others": others }),
  ...{ image, restart },
});

function contextOf(build: Exclude<Service["build"], undefined>, directory: string): string {
  const context = typeof build === "string" ? build : build.context;
  return context.includes("://") ? context : posix.resolve(directory, context);
}

const list = <T>(key: string, items: readonly string[], each: (item: string) => T) =>
  items.length === 0 ? {} : { [key]: items.map(each) };

const halves = (port: string): readonly [number, number] => {
  const [host = "", container = ""] = port.split(":");
  return [Number(host), Number(container)];
};
const long = (published: number, target: number) => ({
  ...{ mode: "ingress", target, published: String(published), protocol: "tcp" },
});

const isPath = (from: string): boolean => /^[./~]/.test(from);
/** "" for a volume without a name. */
const fromOf = (written: string): string => (written.includes(":") ? (written.split(":")[0] ?? "") : "");

function short(written: string, { directory }: Call): string {
  const [from = "", to, mode = "rw"] = written.split(":");
  if (to === undefined) return written;
  return `${isPath(from) ? posix.resolve(directory, from) : from}:${to}:${mode}`;
}

function mount(written: string, { directory }: Call): unknown {
  const [from = "", to, mode] = written.split(":");
  if (to === undefined) return { type: "volume", target: from, volume: {} };
  const read = mode === "ro" ? { read_only: true } : {};
  if (!isPath(from)) return { type: "volume", source: from, target: to, ...read, volume: {} };
  const source = posix.resolve(directory, from);
  return { type: "bind", source, target: to, ...read, bind: { create_host_path: true } };
}
