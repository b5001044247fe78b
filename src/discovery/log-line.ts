/** One found line: what it says, when, and whether a collector has cut it. */
import { readBrokerLine } from "./broker-line.js";
import { readEnvelope, type Envelope } from "./envelope.js";
import type { Fact, FactBody } from "./fact.js";
import { brokerLines, isTorn, lagerStart, parseLager, type LagerLine } from "./lager.js";
import { unescapeTorn, unwrapJson, type Unwrapped, type UnwrappedText } from "./json-envelope.js";
import { readInnerStamp } from "./inner-stamp.js";
import { readOtherLine } from "./other-line.js";
import { inLagersOrder } from "./rewritten-lager.js";
import { optional } from "../optional.js";
import type { NewestOfKey } from "../ports/log-files.js";
import { harmlessOnly, shown } from "./safe-text.js";
import type { Stamp } from "./stamp.js";

/**
 * What the scanner looks for: each a piece of a line that `readLogLine` understands, thirteen bytes or longer because
 * the shortest sets the speed. The broker's name ends with "-broker" in all eras (dingo.md §2.2).
 */
export const NEEDLES: readonly string[] = [
  "remove-node.perform",
  "remove-node.backend.do",
  "remove-node.cell.do",
  "remove-random-node.perform",
  "remove-leader.perform",
  "remove-cluster-assignment",
  "etcd-delete.done",
  "-broker.deprovision.",
  "provision.start",
  "provision.async-",
  "provision.run-cluster",
  "provision.unknown-error",
  "provision.perform.error",
  "update-recreation-data.saved",
  "new-node-count",
  "-broker.cluster.request",
  "scheduler.stop-cluster",
  "scheduler.run-cluster",
  "save-clusterState",
  "state.save-cluster",
  "-broker.update.start",
  "-broker.recreate.",
  // Not the steps of it; quoted, or quoted within a text of JSON.
  'add-node.perform"',
  'add-node.perform\\"',
  "PATRONI_SCOPE",
  "Destroying Docker",
  "scope: &scope",
  "Disabling wal-e",
  "copy-database-backup",
  "organization_guid",
];

/** Of these, those that only lines about deletions hold, in all eras. */
const DELETING: readonly string[] = [
  "remove-node.perform",
  "remove-random-node.perform",
  "remove-leader.perform",
  "remove-cluster-assignment",
  "-broker.deprovision.",
];

/** Thousands of uploads are logged for each instance, and its newest are asked for: begun and complete. */
export const NEWEST: NewestOfKey = { needle: "action=push-wal", before: "/wal/", length: 36, ending: 5 };

/** Of what a foundation logs most, about as often as it does: router, controller, load balancer, cells, a broker that is polled. */
export const COMMON = [
  'vcap.gorouter: "GET /v2/catalog HTTP/1.1" 200 x_forwarded_for vcap_request_id response_time app_id',
  'vcap.gorouter: "POST /v2/info HTTP/1.1" 200 x_forwarded_proto vcap_request_id response_time app_index',
  'vcap.cloud_controller_ng: {"timestamp":1,"message":"SELECT","log_level":"debug2","source":"cc.background"}',
  'vcap.cloud_controller_ng: {"timestamp":1,"message":"Completed 200","log_level":"info","source":"cc.background"}',
  "haproxy: master/leader master/leader",
  "docker/cf- patroni> INFO: Lock owner: I am the leader with the lock, no action.",
  'broker.stdout.log: {"source":"patroni-broker","message":"patroni-broker.last-opration.done","data":{"instance-id":"","session":"1"}}',
  'broker.stdout.log: {"source":"dingo-postgresql-broker","message":"dingo-postgresql-broker.state.load-cluster","data":{"instance-id":""}}',
].join(" ");

export interface LogLine {
  readonly envelope: Envelope;
  readonly lager?: LagerLine;
  /** A time inside the line that its writer knew exactly; absent where only its envelope has one. */
  readonly inner?: Stamp;
  /** A broker line without its end: even what it was about may be lost. */
  readonly torn: boolean;
  /** JSON that carries more than is looked at. */
  readonly unread?: true;
  /** It speaks of a deletion as the broker does, and which instance is meant cannot be read. */
  readonly illegible?: true;
  readonly fact?: Fact;
  /** An instance id that is not a GUID. */
  readonly notGuid?: string;
}

export const UNDATED: Stamp = { ms: Number.NEGATIVE_INFINITY, text: "" };
/** Facts that are counted or joined but never shown as evidence. */
const SILENT = new Set<FactBody["kind"]>([
  "described",
  "create-began",
  "create-forked",
  "create-ended",
  "archived",
  "archives-nothing",
  "cloned",
]);

/** One line of a file is one line of a log, or several where JSON carries them. Without a place they tell no facts. */
export function readLogLines(text: string, place?: Fact["place"]): readonly LogLine[] {
  const wrapped = unwrapJson(text, isWorthReading);
  if (wrapped !== undefined) return readWrapped(wrapped, text, place);
  const own = lagerStart(text) < 0 ? (inLagersOrder(text) ?? unescapeTorn(text)) : undefined;
  return brokerLines(own ?? text).map((line) => readLogLine(line, place));
}

function readWrapped({ texts, rest }: Unwrapped, text: string, place: Fact["place"] | undefined): readonly LogLine[] {
  const read = texts.flatMap((each) =>
    each.lines.flatMap((line) => brokerLines(line).map((part) => within(each, part, place))),
  );
  return rest ? [...read, { envelope: readEnvelope(text.slice(0, 1)), torn: false, unread: true }] : read;
}

export function readLogLine(text: string, place?: Fact["place"]): LogLine {
  return readWith(readEnvelope(text), text, place);
}

/** What the sender wrote around its line counts before what the collector added. */
function within({ stamp, host, program }: UnwrappedText, line: string, place: Fact["place"] | undefined): LogLine {
  const inner = readEnvelope(line);
  const added = { ...optional("host", host), ...optional("program", program) };
  const time = inner.naked === undefined ? optional("stamp", stamp) : {};
  return readWith({ ...time, ...added, ...inner }, line, place);
}

function isWorthReading(text: string): boolean {
  return [...NEEDLES, "action=push-wal"].some((needle) => text.includes(needle)) || lagerStart(text) >= 0;
}

function readWith(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  const start = lagerStart(text);
  if (start < 0) return { envelope, torn: false, ...otherLine(envelope, text, place), ...illegible(text, place) };
  const json = text.slice(start).trimEnd();
  const lager = parseLager(json);
  if (lager === undefined) return { envelope, torn: isTorn(json), ...illegible(text, place) };
  const { torn } = lager;
  const read = { envelope, lager, inner: lager.at, torn };
  const found = place === undefined ? undefined : readBrokerLine(lager);
  if (found === undefined || place === undefined) return read;
  const { body, guid, notGuid } = found;
  const evidence = SILENT.has(body.kind) ? "" : shown(text.slice(0, start) + renderLager(lager, json));
  const fact = { at: lager.at, body, place, text: evidence, ...(guid === undefined ? {} : { guid }) };
  return { ...read, ...(notGuid === undefined ? { fact } : { notGuid }) };
}

/** Words of a deletion outside any JSON that can be read: written over several lines, or quoted in another way. */
function illegible(text: string, place: Fact["place"] | undefined): Pick<LogLine, "illegible"> {
  return place !== undefined && DELETING.some((words) => text.includes(words)) ? { illegible: true } : {};
}

function otherLine(
  envelope: Envelope,
  text: string,
  place: Fact["place"] | undefined,
): Pick<LogLine, "inner" | "fact"> {
  const inner = optional("inner", readInnerStamp(envelope.body));
  if (place === undefined) return inner;
  const other = readOtherLine(envelope.body, envelope.program);
  if (other === undefined) return inner;
  const { guid, body } = other;
  const at = other.at ?? envelope.stamp ?? UNDATED;
  const evidence = body.kind === "container-destroyed" ? destroyedText(text, body.node) : "";
  return { ...inner, fact: { at, body, place, text: evidence, ...optional("guid", guid) } };
}

/** Without what may follow. */
function destroyedText(text: string, node: string): string {
  return shown(`${text.slice(0, text.indexOf("Destroying Docker"))}Destroying Docker container cf-${node}`);
}

/** The line as it stood where every field is harmless; else with the others masked; a torn one without its loose end. */
function renderLager(lager: LagerLine, json: string): string {
  const harmless = harmlessOnly(lager.data);
  if (lager.torn) {
    const message = `${lager.source}.${lager.action}`;
    return `${JSON.stringify({ timestamp: lager.at.text, message, data: harmless })} (cut by the collector)`;
  }
  if (JSON.stringify(harmless) === JSON.stringify(lager.data)) return json;
  return JSON.stringify({ ...(JSON.parse(json) as object), data: harmless });
}
