/** One found line: its facts, its time, and whether a collector has cut it. */
import { readBrokerLine } from "./broker-line.ts";
import { CODED_NEEDLES, holdsCodedWord } from "./coded-words.ts";
import { endOfMark, isContainerTag, isOfContainer } from "./container-line.ts";
import { readEnvelope, type Envelope } from "./envelope.ts";
import type { Fact, FactBody } from "./fact.ts";
import { brokerLines, lagerStart, parseLager, type LagerLine } from "./lager.ts";
import { documentOf, unwrapDocument, type Context, type Unwrapped } from "./json-envelope.ts";
import { readInnerStamp } from "./inner-stamp.ts";
import { looseAt } from "./loose-json.ts";
import { LOSS_NEEDLES, tellsLoss } from "./loss-notice.ts";
import { readOtherLine } from "./other-line.ts";
import { isLager, lagerText } from "./rewritten-lager.ts";
import { bareText, hidesBroker, spellingsOf } from "./spellings.ts";
import { isUnderstood } from "./understood.ts";
import { isDingoBroker, isTelling, namesBroker } from "../../kit/log-patterns/broker.ts";
import { optional } from "../../kit/optional.ts";
import type { NewestOfKey } from "../../ports/log-files.ts";
import { harmlessOnly, isHarmless, shown } from "./safe-text.ts";
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
  "state.delete-cluster",
  "etcd-delete.done",
  // Without the hyphen, of which there are many spellings; then with the full stop escaped.
  "broker.deprovision.",
  "2edeprovision",
  "2Edeprovision",
  ";deprovision&",
  ".deprovision\\",
  "deprovision.done",
  "provision.start",
  "provision.async-",
  "provision.run-cluster",
  "provision.unknown-error",
  "provision.perform.error",
  "update-recreation-data.saved",
  "new-node-count",
  "broker.cluster.request",
  "scheduler.stop-cluster",
  "scheduler.run-cluster",
  "save-clusterState",
  "state.save-cluster",
  "broker.update.start",
  "broker.recreate.",
  "add-node.perform",
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
  ...CODED_NEEDLES,
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
  /** It has words of the broker about an instance, and which instance is meant cannot be read. */
  readonly illegible?: true;
  /** It says that lines were lost on their way. */
  readonly lost?: true;
  /** The answer of a search that calls itself a part: its words for it. */
  readonly part?: string;
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
  const line = bareText(text);
  const read = readText(line, { context: {}, place, depth: 0 });
  const [first, ...others] = read;
  const isHidden = (): boolean => holdsCodedWord(line) || (NAMED.test(line) && hidesBroker(line));
  if (first !== undefined && !read.some(isSaidOtherwise) && isHidden())
    return [{ ...first, illegible: true }, ...others];
  // The count that makes it a notice may stand beside its text.
  return first === undefined || read.some(isNoNotice) || !tellsLoss(line)
    ? read
    : [{ ...first, lost: true }, ...others];
}

/** The words of the search that stand behind the broker's name, so that they are found if only the name is spelt otherwise. */
const NAMED = /deprovision|broker\.(?:cluster\.request|update\.start|recreate\.)/;

/** It was read, or a client of a database may have written it. */
const isSaidOtherwise = ({ lager, envelope }: LogLine): boolean =>
  (lager !== undefined && isDingoBroker(lager.source)) || isOfContainer(envelope);

const isNoNotice = ({ lager, lost, envelope }: LogLine): boolean =>
  lager !== undefined || lost === true || isOfContainer(envelope);

interface Reading {
  /** Of what carries the text. */
  readonly context: Context;
  readonly place: Fact["place"] | undefined;
  readonly depth: number;
}

/** So many wrappings of a line are taken off. */
const DEEPEST = 16;

function readText(text: string, reading: Reading): readonly LogLine[] {
  const document = documentOf(text);
  const unwrapped = document === undefined ? undefined : unwrapDocument(document, isWorthReading);
  const read = unwrapped === undefined ? [] : readUnwrapped(unwrapped, reading);
  if (read.length > 0) return read;
  const context = { ...reading.context, ...unwrapped?.context };
  const envelope = within(context, readEnvelope(text));
  if (isOfContainer(envelope)) return [ofContainer(envelope, text, reading.place)];
  const plain = brokerLines(text).map((line) =>
    ofOthers(line === text ? envelope : readEnvelope(line), line, reading.place),
  );
  const isRead = plain.every((each) => isKnown(each) && each.lager !== undefined);
  if (isRead || !(isTelling(text) || namesBroker(text))) return plain;
  const carried = respelt(text, envelope, reading);
  // Another program's line may stand before the broker's in one text.
  const others = plain.filter(({ lager, fact }) => lager === undefined && fact !== undefined);
  return carried === undefined ? plain : [...others.map(({ illegible: _read, ...line }) => line), ...carried];
}

const isKnown = ({ lager, fact, torn, illegible }: LogLine): boolean =>
  !torn && illegible !== true && (lager !== undefined || fact !== undefined);

function readUnwrapped(
  { texts, rest, part, context }: Unwrapped,
  { context: outer, place, depth }: Reading,
): readonly LogLine[] {
  if (depth > DEEPEST) return [{ envelope: { format: "bare", body: "" }, torn: false, unread: true }];
  const read = texts.flatMap(({ lines, ...own }) =>
    lines.flatMap((line) => readText(line, { context: { ...outer, ...own }, place, depth: depth + 1 })),
  );
  if (!rest && part === undefined) return read;
  const said = { ...(rest ? { unread: true as const } : {}), ...optional("part", part) };
  return [...read, { envelope: { format: "bare", ...context, body: "" }, torn: false, ...said }];
}

/** A line that is not understood as it stands: its JSON stands within other text, or its quotes are escaped. */
function respelt(text: string, head: Envelope, reading: Reading): readonly LogLine[] | undefined {
  let torn: string | undefined;
  for (const spelling of spellingsOf(text)) {
    const read = carriedIn(spelling, head, reading);
    if (read.some(isKnown)) return read;
    const start = lagerStart(spelling);
    if (start >= 0) torn ??= endOfMark(spelling) <= start ? "" : spelling.slice(start);
  }
  if (torn === undefined) return undefined;
  // Of what a container said nobody knows the other fields.
  return torn === ""
    ? [{ envelope: head, torn: true }]
    : brokerLines(torn).map((line) => underHead(head, readWith(readEnvelope(line), line, reading.place)));
}

/** The objects that stand whole in a text, one behind the other. */
function carriedIn(text: string, head: Envelope, reading: Reading): readonly LogLine[] {
  const read: LogLine[] = [];
  const others: string[] = [];
  // Looked for once: a line of nothing but objects would be read anew for each.
  const marked = endOfMark(text);
  let from = 0;
  for (const { at, end, value } of objectsIn(text)) {
    if (marked <= at) break;
    const before = text.slice(from, at);
    const lines = isLager(value)
      ? [ofOthers(readEnvelope(before), before + lagerText(value as Readonly<Record<string, unknown>>), reading.place)]
      : readUnwrapped(unwrapDocument(value, isWorthReading), reading);
    if (lines.length === 0) continue;
    read.push(...lines.map((line) => underHead(head, line)));
    others.push(before);
    from = end;
  }
  const rest = [...others, text.slice(from)].some(isTelling);
  return rest ? [...read, { envelope: head, torn: false, illegible: true }] : read;
}

const BEGINNING = /\{(?=\s*["':\w}])|\[(?=\s*[[{"'])|map\[/g;
/** A writer of more that are not whole wants to keep us busy. */
const MOST_BEGINNINGS = 64;

function* objectsIn(text: string): Generator<{ readonly at: number; readonly end: number; readonly value: object }> {
  let end = 0;
  let tries = 0;
  for (const { index: at } of text.matchAll(BEGINNING)) {
    if (at < end) continue;
    if (tries >= MOST_BEGINNINGS) return;
    const loose = looseAt(text, at);
    if (loose === undefined) {
      tries += 1;
      continue;
    }
    yield { at, ...loose };
    ({ end } = loose);
  }
}

/** The head of the line counts if what it carries has none. */
const underHead = (head: Envelope, line: LogLine): LogLine =>
  line.envelope.format === "bare" ? { ...line, envelope: { ...head, ...line.envelope, format: head.format } } : line;

/** The sender's envelope around its line counts before the collector's. */
function within({ stamp, host, program }: Context, inner: Envelope): Envelope {
  const added = { ...optional("host", host), ...optional("program", program) };
  const time = inner.naked === undefined ? optional("stamp", stamp) : {};
  // A head inside a container's line does not tell who wrote the line.
  const sender = isContainerTag(program) && !isContainerTag(inner.program) ? optional("program", program) : {};
  return { ...time, ...added, ...inner, ...sender };
}

const WORTH_READING: readonly string[] = [...NEEDLES, ...LOSS_NEEDLES, "action=push-wal"];

const isWorthReading = (text: string): boolean =>
  WORTH_READING.some((needle) => text.includes(needle)) || lagerStart(text) >= 0;

function readWith(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  return isOfContainer(envelope) ? ofContainer(envelope, text, place) : ofOthers(envelope, text, place);
}

function ofContainer(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  return { envelope, torn: false, ...otherLine(envelope, text, place) };
}

function ofOthers(envelope: Envelope, text: string, place: Fact["place"] | undefined): LogLine {
  const start = lagerStart(text);
  const strange = (): Pick<LogLine, "illegible"> => (isTelling(text) ? { illegible: true } : {});
  if (start < 0) {
    const other = otherLine(envelope, text, place);
    const lost = tellsLoss(text) ? ({ lost: true } as const) : {};
    return { envelope, torn: false, ...other, ...strange(), ...lost };
  }
  const { json, torn: isTorn, line: lager } = parseLager(text.slice(start).trimEnd());
  if (lager === undefined) return { envelope, torn: isTorn, ...strange() };
  const torn = lager.torn && isDingoBroker(lager.source);
  const found = readBrokerLine(lager);
  const read = { envelope, lager, inner: lager.at, torn, ...(torn || isUnderstood(lager, found) ? {} : strange()) };
  if (found === undefined || place === undefined) return read;
  const { body, guid, notGuid } = found;
  const evidence = SILENT.has(body.kind) ? "" : shown(text.slice(0, start) + renderLager(lager, json));
  const fact = { at: lager.at, body, place, text: evidence, ...(guid === undefined ? {} : { guid }) };
  return { ...read, ...(notGuid === undefined ? { fact } : { notGuid }) };
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
  if (!lager.torn && isHarmless(lager.data)) return json;
  const harmless = harmlessOnly(lager.data);
  if (lager.torn) {
    const message = `${lager.source}.${lager.action}`;
    return `${JSON.stringify({ timestamp: lager.at.text, message, data: harmless })} (cut by the collector)`;
  }
  return JSON.stringify({ ...(JSON.parse(json) as object), data: harmless });
}
