/**
 * Log lines inside JSON, as collectors write them: Logsearch documents (`@raw`, `@message`; cf-bosh.md §5.4), hits of a
 * search (`_source`), Docker's json-file (`log`), journald (`MESSAGE`) and their kin, JSON inside strings at any depth.
 * Nothing goes by a product's name: the text that holds a broker's or container's line is taken wherever it stands.
 */
import { optional } from "../../kit/optional.ts";
import { dingoBrokerOf, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import { eventsOf, type JsonEvent, type Leaf, parseJson, spreadLager } from "./json-events.ts";
import { partOf } from "./part-of-answer.ts";
import { isLager } from "./rewritten-lager.ts";
import { fromIso, type Stamp } from "./stamp.ts";

export interface Context {
  readonly stamp?: Stamp;
  readonly host?: string;
  readonly program?: string;
}

export interface Unwrapped {
  readonly texts: readonly UnwrappedText[];
  /** Something worth reading lies deeper, or after more, than is looked at. */
  readonly rest: boolean;
  /** It calls itself a part of an answer: its words for it. */
  readonly part?: string;
  /** Of the document as a whole. */
  readonly context: Context;
}

export interface UnwrappedText extends Context {
  /** One or several lines as their sender wrote them. */
  readonly lines: readonly string[];
}

/** A whole line counts before its parts: `@raw` has the sender's head. */
const TEXTS = ["@raw", "raw", "@message", "message", "MESSAGE", "msg", "log", "line", "event", "text"];
const STAMPS = ["@timestamp", "timestamp", "time", "ts", "received_at"];
const HOSTS = ["hostname", "host", "_HOSTNAME", "source_name", "syslog_hostname"];
const PROGRAMS = [
  "program",
  "app_name",
  "appname",
  "tag",
  "syslog_program",
  "SYSLOG_IDENTIFIER",
  "container_name",
  "ident",
];
/** So many texts of one event are compared with the others. */
const MOST_COMPARED = 8;
const CONTEXTS = new WeakMap<JsonEvent, Context>();
/** Of most lines of a broker: they need not be parsed to be known. */
const PLAIN_LAGER = /^\{"timestamp":"[^"]{1,40}","(?:level":"[a-z]{1,8}",")?source":/;

/** Undefined for lines that are no JSON, for those that carry nothing worth reading, and for lager's own JSON. */
export function unwrapJson(line: string, wanted: (text: string) => boolean): Unwrapped | undefined {
  const document = documentOf(line);
  const unwrapped = document === undefined ? undefined : unwrapDocument(document, wanted);
  return unwrapped === undefined || (unwrapped.texts.length === 0 && !unwrapped.rest) ? undefined : unwrapped;
}

/** JSON that is all of the line, and not lager's own. */
export function documentOf(line: string): object | undefined {
  if (!/^\s*[[{]/.test(line) || PLAIN_LAGER.test(line)) return undefined;
  const document = parseJson(line);
  return document === undefined || isLager(document) ? undefined : document;
}

/**
 * `wanted` says which texts are worth reading: all of them are given, each with its event's fields, because one line may
 * carry a page of a search or a batch of CloudWatch or Loki.
 */
export function unwrapDocument(document: object, wanted: (text: string) => boolean): Unwrapped {
  const { events, rest } = eventsOf(document, wanted);
  const pages = new Set<JsonEvent>();
  const texts = events.flatMap((event) => {
    const carried = distinct(event, wanted);
    for (let { outer } = event; carried.length > 0 && outer !== undefined; { outer } = outer) pages.add(outer);
    return carried.map((text) => ({
      lines: text.split("\n").filter((part) => part.trim() !== ""),
      ...contextOf(event),
    }));
  });
  const part = [...pages].flatMap(({ root }) => partOf(root) ?? [])[0];
  const [first] = events;
  return { texts, rest, ...optional("part", part), context: first === undefined ? {} : contextOf(first) };
}

/** One event may stand in its document twice, with its sender's head and without: the longer text is enough. */
function distinct(event: JsonEvent, wanted: (text: string) => boolean): readonly string[] {
  const rank = ({ name }: Leaf): number => {
    const place = TEXTS.indexOf(name);
    return place < 0 ? TEXTS.length : place;
  };
  const taken: string[] = [];
  for (const { text, rewritten } of event.leaves.filter(({ text }) => wanted(text)).sort((a, b) => rank(a) - rank(b))) {
    const known = taken.slice(0, MOST_COMPARED).some((each) => each.includes(text));
    if (!known && !(rewritten === true && taken.length > 0)) taken.push(text);
  }
  return spread(event, taken);
}

const isOneWord = (text: string): boolean => /^\S{1,200}$/.test(text);
const isBrokers = ({ text }: Leaf): boolean =>
  isDingoBroker(text) || (isOneWord(text) && dingoBrokerOf(text) !== undefined);

/** The broker's message alone is no line: its other fields were spread over the event. */
function spread(event: JsonEvent, texts: readonly string[]): readonly string[] {
  const isWhole = texts.some((text) => text.includes("timestamp"));
  const lager = isWhole || !event.leaves.some(isBrokers) ? undefined : spreadLager(event);
  return lager === undefined ? texts : [lager, ...texts.filter((text) => !isOneWord(text))];
}

/** The stamp, host and program of an event: from its fields, or else from the fields around it. */
function contextOf(event: JsonEvent): Context {
  const known = CONTEXTS.get(event);
  if (known !== undefined) return known;
  const { leaves, outer } = event;
  const context: Context = {
    ...(outer === undefined ? {} : contextOf(outer)),
    ...optional("stamp", firstOf(leaves, STAMPS, fromIso)),
    ...optional("host", firstOf(leaves, HOSTS, short)),
    ...optional("program", firstOf(leaves, PROGRAMS, short)),
  };
  CONTEXTS.set(event, context);
  return context;
}

function firstOf<T>(
  leaves: readonly Leaf[],
  names: readonly string[],
  read: (text: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const leaf = leaves.find((each) => each.name === name);
    const value = leaf === undefined ? undefined : read(leaf.text);
    if (value !== undefined) return value;
  }
  return undefined;
}

function short(text: string): string | undefined {
  return text !== "" && text.length <= 300 ? text : undefined;
}
