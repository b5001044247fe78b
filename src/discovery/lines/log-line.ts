/** One found line: its facts, its time, and whether a collector has cut it. */
import { readBrokerLine } from "./broker-line.ts";
import { hasMarkBeforeLager, isContainerTag, isOfContainer } from "./container-line.ts";
import { readEnvelope, type Envelope } from "./envelope.ts";
import type { Fact, FactBody } from "./fact.ts";
import { brokerLines, isTorn, lagerStart, parseLager, type LagerLine } from "./lager.ts";
import { unescapeTorn, unwrapJson, type Unwrapped, type UnwrappedText } from "./json-envelope.ts";
import { readInnerStamp } from "./inner-stamp.ts";
import { readOtherLine } from "./other-line.ts";
import { inLagersOrder } from "./rewritten-lager.ts";
import { DEPROVISIONS, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import { optional } from "../../kit/optional.ts";
import type { NewestOfKey } from "../../ports/log-files.ts";
import { harmlessOnly, shown } from "./safe-text.ts";
import { UNDATED, type Stamp } from "./stamp.ts";

/**
 * The texts that the scanner looks for. Each is a piece of a line that `readLogLine` understands, thirteen bytes or
 * longer because the shortest sets the speed. The broker's name ends with "-broker" in all eras (dingo.md §2.2).
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
  "SIGTERM received",
  "shutdown request",
  "database system is shut down",
  "server stopped",
  "ready to accept connections",
  "archive command",
];

/** Of these, those that only lines about deletions hold, in all eras. */
const DELETING: readonly string[] = [
  "remove-node.perform",
  "remove-random-node.perform",
  "remove-leader.perform",
  "remove-cluster-assignment",
  ...DEPROVISIONS,
];

/** Thousands of uploads are logged for each instance, and its newest are asked for: begun and complete. */
export const NEWEST: NewestOfKey = { needle: "action=push-wal", before: "/wal/", length: 36, ending: 5 };

/**
 * The most frequent lines of a foundation, about as often as it logs them: router, controller, load balancer, cells, a
 * broker that is polled.
 */
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
  /** A time inside the line that its writer knew exactly; absent if only its envelope has one. */
  readonly inner?: Stamp;
  /** A broker line without its end: even its subject may be lost. */
  readonly torn: boolean;
  /** JSON that carries more than is looked at. */
  readonly unread?: true;
  /** It speaks of a deletion as the broker does, and which instance is meant cannot be read. */
  readonly illegible?: true;
  readonly fact?: Fact;
  /** An instance id that is not a GUID. */
  readonly notGuid?: string;
}

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

/** One line of a file is one line of a log, or several when JSON carries them. Without a place they tell no facts. */
export function readLogLines(text: string, place?: Fact["place"]): readonly LogLine[] {
  const wrapped = unwrapJson(text, isWorthReading);
  if (wrapped !== undefined) return readWrapped(wrapped, text, place);
  const envelope = readEnvelope(text);
  if (isOfContainer(envelope)) return [ofContainer(envelope, text, place)];
  const isLager = lagerStart(text) >= 0;
  const own = isLager ? text : inLagersOrder(text);
  const cut = own === undefined ? unescapeTorn(text) : undefined;
  // Nobody knows its other fields.
  if (cut !== undefined && hasMarkBeforeLager(text)) return [{ envelope, torn: true }];
  return brokerLines(own ?? cut ?? text).map((line) =>
    line === text ? ofOthers(envelope, text, place) : readLogLine(line, place),
  );
}

function readWrapped({ texts, rest }: Unwrapped, text: string, place: Fact["place"] | undefined): readonly LogLine[] {
  const read = texts.flatMap((each) =>
    each.lines.flatMap((line) => partsOf(each, line).map((part) => within(each, part, place))),
  );
  return rest ? [...read, { envelope: readEnvelope(text.slice(0, 1)), torn: false, unread: true }] : read;
}

const partsOf = ({ program }: UnwrappedText, line: string): readonly string[] =>
  isContainerTag(program) || isOfContainer(readEnvelope(line)) ? [line] : brokerLines(line);

export function readLogLine(text: string, place?: Fact["place"]): LogLine {
  return readWith(readEnvelope(text), text, place);
}

/** The sender's envelope around its line counts before the collector's. */
function within({ stamp, host, program }: UnwrappedText, line: string, place: Fact["place"] | undefined): LogLine {
  const inner = readEnvelope(line);
  const added = { ...optional("host", host), ...optional("program", program) };
  const time = inner.naked === undefined ? optional("stamp", stamp) : {};
  // A head inside a container's line does not tell who wrote the line.
  const sender = isContainerTag(program) && !isContainerTag(inner.program) ? optional("program", program) : {};
  return readWith({ ...time, ...added, ...inner, ...sender }, line, place);
}

function isWorthReading(text: string): boolean {
  return [...NEEDLES, "action=push-wal"].some((needle) => text.includes(needle)) || lagerStart(text) >= 0;
}

function readWith(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  return isOfContainer(envelope) ? ofContainer(envelope, text, place) : ofOthers(envelope, text, place);
}

function ofContainer(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  return { envelope, torn: false, ...otherLine(envelope, text, place) };
}

function ofOthers(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  const start = lagerStart(text);
  if (start < 0) return { envelope, torn: false, ...otherLine(envelope, text, place), ...illegible(text, place) };
  const json = text.slice(start).trimEnd();
  const lager = parseLager(json);
  if (lager === undefined) return { envelope, torn: isTorn(json), ...illegible(text, place) };
  const torn = lager.torn && isDingoBroker(lager.source);
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
  return { ...inner, fact: { at, body, place, text: evidenceText(text, body), ...optional("guid", guid) } };
}

/** Only the understood parts of a line may be shown: anything can stand behind them. */
function evidenceText(text: string, body: FactBody): string {
  switch (body.kind) {
    case "container-destroyed":
      return destroyedText(text, body.node);
    case "container-said":
      return shown(text);
    case "archived":
      return body.from === undefined ? "" : shown(`segment ${body.segment ?? "?"} ${body.state}, by cf-${body.from}`);
    default:
      return "";
  }
}

/** Without the text that may follow. */
function destroyedText(text: string, node: string): string {
  return shown(`${text.slice(0, text.indexOf("Destroying Docker"))}Destroying Docker container cf-${node}`);
}

/** The line as it stood if every field is harmless; else with the others masked; a torn one without its loose end. */
function renderLager(lager: LagerLine, json: string): string {
  const harmless = harmlessOnly(lager.data);
  if (lager.torn) {
    const message = `${lager.source}.${lager.action}`;
    return `${JSON.stringify({ timestamp: lager.at.text, message, data: harmless })} (cut by the collector)`;
  }
  if (JSON.stringify(harmless) === JSON.stringify(lager.data)) return json;
  return JSON.stringify({ ...(JSON.parse(json) as object), data: harmless });
}
