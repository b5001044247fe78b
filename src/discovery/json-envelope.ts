/**
 * Log lines inside JSON, as collectors write them: Logsearch documents (`@raw`, `@message`; cf-bosh.md §5.4), hits of a
 * search (`_source`), Docker's json-file (`log`), journald (`MESSAGE`) and their kin, JSON inside strings at any depth.
 * Nothing goes by a product's name: the text that holds a broker's or container's line is taken wherever it stands.
 */
import { optional } from "../optional.js";
import { fromIso, type Stamp } from "./stamp.js";

export interface Unwrapped {
  /** One or several lines as their sender wrote them. */
  readonly lines: readonly string[];
  readonly stamp?: Stamp;
  readonly host?: string;
  readonly program?: string;
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
/** Of most lines of a broker: they need not be parsed to be known. */
const PLAIN_LAGER = /^\{"timestamp":"[^"]{1,40}","(?:level":"[a-z]{1,8}",")?source":/;
/** What of foreign JSON is looked at. */
const DEEPEST = 8;
const MOST_FIELDS = 400;

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for lines that are no JSON object, and for lager's own JSON. `wanted` says which texts are worth reading. */
export function unwrapJson(line: string, wanted: (text: string) => boolean): Unwrapped | undefined {
  if (!line.startsWith("{") || PLAIN_LAGER.test(line)) return undefined;
  const document = parse(line);
  if (document === undefined || isLager(document)) return undefined;
  const fields = leavesOf(document);
  const text = best(fields.filter(({ text }) => wanted(text)));
  if (text === undefined) return undefined;
  return {
    lines: text.split("\n").filter((part) => part.trim() !== ""),
    ...optional("stamp", firstOf(fields, STAMPS, fromIso)),
    ...optional("host", firstOf(fields, HOSTS, short)),
    ...optional("program", firstOf(fields, PROGRAMS, short)),
  };
}

/**
 * The text after a lager line's beginning inside a JSON string that breaks off: no parser reads it, its escapes are
 * taken off level by level. Undefined where no such beginning is there.
 */
export function unescapeTorn(line: string): string | undefined {
  let text = line;
  for (let level = 0; level < DEEPEST && text.includes('\\"timestamp\\'); level += 1) {
    text = text.replace(/\\(["\\/])/g, "$1");
    const start = text.indexOf('{"timestamp":"');
    if (start >= 0) return text.slice(start);
  }
  return undefined;
}

interface Leaf {
  readonly name: string;
  readonly text: string;
}

function leavesOf(document: Fields): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, name: string, depth: number): void => {
    if (leaves.length >= MOST_FIELDS || depth > DEEPEST) return;
    if (typeof value === "string") addText({ name, text: value }, depth);
    else if (isObject(value)) {
      if (isLager(value)) leaves.push({ name, text: rewritten(value) });
      else for (const [key, inner] of Object.entries(value)) walk(inner, key, depth + 1);
    } else if (Array.isArray(value)) for (const inner of value) walk(inner, name, depth + 1);
  };
  /** A text may be JSON again; then its fields stand beside it. */
  const addText = (leaf: Leaf, depth: number): void => {
    const inner = leaf.text.startsWith("{") ? parse(leaf.text) : undefined;
    if (inner !== undefined && !isLager(inner)) walk(inner, leaf.name, depth + 1);
    else leaves.push(leaf);
  };
  walk(document, "", 0);
  return leaves;
}

function best(leaves: readonly Leaf[]): string | undefined {
  const rank = ({ name }: Leaf): number => {
    const place = TEXTS.indexOf(name);
    return place < 0 ? TEXTS.length : place;
  };
  return [...leaves].sort((a, b) => rank(a) - rank(b))[0]?.text;
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

/** Deeper than it can be written again it is no broker's line. */
function rewritten(value: Fields): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

function short(text: string): string | undefined {
  return text !== "" && text.length <= 300 ? text : undefined;
}

function isLager(document: Fields): boolean {
  return ["timestamp", "source", "message"].every((name) => typeof document[name] === "string") && "data" in document;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
