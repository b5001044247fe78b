/** The answers of `config`: JSON of the second generation; YAML of the first, in the form of JSON. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ServiceText } from "./compose-file.ts";

/** As far as it counts here. */
interface Call {
  readonly generation: "v1" | "v2";
  readonly project: string;
  readonly directory: string;
}

export function configured(call: Call, services: ReadonlyMap<string, ServiceText>): string {
  const all = [...services].sort(([one], [other]) => (one < other ? -1 : 1));
  const keys = new Set(all.flatMap(([, { volumes }]) => volumes.map(fromOf).filter((from) => !isPath(from))));
  const named = [...keys].filter((key) => key !== "");
  if (call.generation === "v1") {
    const volumes = named.length === 0 ? {} : { volumes: Object.fromEntries(named.map((key) => [key, {}])) };
    return JSON.stringify({
      services: Object.fromEntries(all.map(([name, service]) => [name, first(service, call)])),
      version: "2",
      ...volumes,
    });
  }
  const name = (key: string) => ({ name: `${call.project}_${key}` });
  const volumes = named.length === 0 ? {} : { volumes: Object.fromEntries(named.map((key) => [key, name(key)])) };
  const made = {
    name: call.project,
    networks: { default: { ...name("default"), ipam: {} } },
    services: Object.fromEntries(all.map(([each, service]) => [each, second(service, call)])),
    ...volumes,
  };
  return `${JSON.stringify(made, null, 2)}\n`;
}

/** The hash on a container's label: of all that `config` says of its service. */
export const configHash = (service: ServiceText, call: Call): string => digest(second(service, call));

/** Lines of a service and its hash, of an answer of the second generation. */
export const hashesOf = (answer: string, names: readonly string[]): string =>
  Object.entries((JSON.parse(answer) as { readonly services: Readonly<Record<string, unknown>> }).services)
    .filter(([name]) => names.includes(name))
    .map(([name, service]) => `${name} ${digest(service)}\n`)
    .join("");

const digest = (service: unknown): string => createHash("sha256").update(JSON.stringify(service)).digest("hex");

const first = ({ image, restart, command, volumes, ports, others }: ServiceText, call: Call) => ({
  ...(others.length === 0 ? {} : { "x-others": others }),
  ...(command === "" ? {} : { command }),
  image,
  ...(ports.length === 0
    ? {}
    : { ports: ports.map((port) => ({ published: halves(port)[0], target: halves(port)[1] })) }),
  ...(restart === "" ? {} : { restart }),
  ...(volumes.length === 0 ? {} : { volumes: volumes.map((volume) => short(volume, call)) }),
});

const second = ({ image, restart, command, volumes, ports, others }: ServiceText, call: Call) => ({
  ...(others.length === 0 ? {} : { "x-others": others }),
  command: command === "" ? null : command.split(" "),
  entrypoint: null,
  image,
  networks: { default: null },
  ...(ports.length === 0 ? {} : { ports: ports.map((port) => long(...halves(port))) }),
  ...(restart === "" ? {} : { restart }),
  ...(volumes.length === 0 ? {} : { volumes: volumes.map((volume) => mount(volume, call)) }),
});

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
