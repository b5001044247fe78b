/** `ports:` of a service, short and long form. */
import { child, type ComposeNode, type Place } from "./node.ts";
import { type PlacedText, shown } from "./resolved.ts";
import { notUnderstood, type Scope, textOf } from "./scope.ts";

export interface Port {
  /** Address of the host, "" for all of them. */
  readonly hostIp: string;
  /** Port or range of the host as text; undefined if the engine chooses one. */
  readonly host?: string;
  readonly container: string;
  readonly protocol: string;
  /** False if an unknown variable, or YAML's reading of the number, decides it. */
  readonly known: boolean;
  readonly place: Place;
}

const SHORT =
  /^(?:(?:\[([0-9a-f:]+)\]|((?:\d{1,3}\.){3}\d{1,3}|localhost)?):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/iu;
/** `22:22` without quotes: a number to base 60 for v1's YAML 1.1, a text for v2's. */
const BASE_SIXTY = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/u;

export function readPort(node: ComposeNode, scope: Scope): Port | undefined {
  const port = node.kind === "map" ? longPort(node, scope) : shortPort(textOf(node, scope));
  if (port === undefined) {
    notUnderstood(node, scope, "a port of the service");
    return undefined;
  }
  if (node.kind !== "scalar" || !node.plain || !BASE_SIXTY.test(node.text)) return port;
  scope.problems.add(node.place, {
    message: `the port ${node.text} without quotes is a number to base 60 for docker-compose 1.x`,
    remedy: `Put it in quotes: "${node.text}".`,
  });
  return { ...port, known: false };
}

function shortPort(text: PlacedText | undefined): Port | undefined {
  if (text === undefined) return undefined;
  const base = { hostIp: "", protocol: "tcp", place: text.place };
  if (!text.known) return { ...base, container: text.raw, known: false };
  const found = SHORT.exec(text.text);
  if (found === null) return undefined;
  const [, six, four, host, container = "", protocol = "tcp"] = found;
  const published = host === undefined ? {} : { host };
  return { ...base, hostIp: six ?? four ?? "", ...published, container, protocol: protocol.toLowerCase(), known: true };
}

function longPort(node: ComposeNode, scope: Scope): Port | undefined {
  const [to, host, ip, protocol] = ["target", "published", "host_ip", "protocol"].map((key) =>
    textOf(child(node, key), scope),
  );
  if (to === undefined) return undefined;
  const all = [to, host, ip, protocol];
  return {
    hostIp: ip === undefined ? "" : shown(ip),
    ...(host === undefined ? {} : { host: shown(host) }),
    container: shown(to),
    protocol: protocol === undefined ? "tcp" : shown(protocol),
    known: all.every((text) => text === undefined || text.known),
    place: node.place,
  };
}
