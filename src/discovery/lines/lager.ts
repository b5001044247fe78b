/**
 * Lager's JSON lines, whole or cut by a collector. Shape: dingo.md §2.2 (lager v1), cf-bosh.md §5.3 (later "pretty"
 * lines with an RFC 3339 stamp and `level`).
 */
import { dingoBrokerOf } from "../../kit/log-patterns/broker.ts";
import { type Fields, isFields } from "../../kit/json.ts";
import { optional } from "../../kit/optional.ts";
import { parseJson } from "./json-events.ts";
import { looseAt } from "./loose-json.ts";
import { objectOf } from "./rewritten-lager.ts";
import { anyStamp, type Stamp } from "./stamp.ts";

export type LagerData = Fields;

export interface LagerLine {
  readonly at: Stamp;
  readonly source: string;
  /** The message without its source: "deprovision.start". */
  readonly action: string;
  /** 0 debug, 1 info, 2 error, 3 fatal. */
  readonly level: number;
  readonly data: LagerData;
  /** The line does not end as JSON: a collector or a full disk cut it, and fields may be missing. */
  readonly torn: boolean;
}

const START = '{"timestamp":';
const LEVELS = ["debug", "info", "error", "fatal"];
/** Text fields and counts that a torn line is still worth reading for. */
const TORN_TEXT =
  /"(instance-id|instanceID|instance_id|clusterID|node-uuid|session|backend|cell|name)":"([^"\\]{1,200})"(?=[,}]|$)/g;
const TORN_COUNT = /"(new-node-count|current-node-count|steps-count)":(\d{1,6})[,}]/g;

/** The place where lager's JSON starts in a line, behind any prefix; -1 for other lines. */
export function lagerStart(line: string): number {
  return line.indexOf(START);
}

/**
 * A line cut before its newline has the next one glued on: the message of the first and the instance of the second make
 * no event. If lager's JSON does not end as JSON, each beginning becomes a separate line.
 */
export function brokerLines(text: string): readonly string[] {
  const first = lagerStart(text);
  if (first < 0 || text.indexOf(START, first + 1) < 0 || isWhole(text.slice(first))) return [text];
  const lines: string[] = [];
  for (let from = 0, at = first; at >= 0; ) {
    const next = text.indexOf(START, at + 1);
    lines.push(wholeOf(text.slice(from, next < 0 ? undefined : next), at - from));
    from = at = next;
  }
  return lines;
}

/** Without the text behind the JSON, such as the head of the next line; unchanged if the JSON is cut. */
function wholeOf(text: string, start: number): string {
  const end = looseAt(text, start)?.end;
  return end === undefined ? text : text.slice(0, end);
}

const isWhole = (json: string): boolean => parseObject(json) !== undefined;

/** True when a line breaks off within lager's opening, behind any prefix: nobody knows how it went on. */
export function breaksOffAtStart(line: string): boolean {
  for (let length = Math.min(line.length, START.length - 1); length > 0; length -= 1)
    if (line.endsWith(START.slice(0, length))) return true;
  return false;
}

export interface Lager {
  /** Without the text behind it; all of it if it is cut. */
  readonly json: string;
  /** It does not end as JSON: something cut it. */
  readonly torn: boolean;
  /** Absent when not even a stamp and a message can be read. */
  readonly line?: LagerLine;
}

/** `text` starts with lager's opening. */
export function parseLager(text: string): Lager {
  const whole = parseObject(text);
  if (whole !== undefined) return { json: text, torn: false, ...optional("line", fromObject(whole)) };
  const json = wholeOf(text, 0);
  return json === text ? { json, torn: true, ...optional("line", parseTorn(json)) } : parseLager(json);
}

export function textField(data: LagerData, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fieldOf(data, name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** Stores whose columns have no hyphen write an underscore in its place. */
const fieldOf = (data: LagerData, name: string): unknown => data[name] ?? data[name.replaceAll("-", "_")];

export function numberField(data: LagerData, name: string): number | undefined {
  const value = fieldOf(data, name);
  if (typeof value === "string" && /^\d{1,6}$/.test(value)) return Number(value);
  return typeof value === "number" ? value : undefined;
}

/** A broker nests a few levels. Deeper than this nothing of ours could write it again: it is read like a cut line. */
const DEEPEST = 64;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

function parseObject(json: string): LagerData | undefined {
  const value = parseJson(json);
  return isFields(value) && !isDeeper(value, DEEPEST) ? value : undefined;
}

function fromObject(whole: LagerData): LagerLine | undefined {
  const level = whole["log_level"] ?? LEVELS.indexOf(String(whole["level"]));
  const told = whole["data"];
  const data = typeof told === "string" ? objectOf(told) : told;
  return assemble(whole, {
    level: typeof level === "number" ? level : 1,
    data: isFields(data) ? data : {},
    torn: false,
  });
}

/** `{"` where no value can begin: another line follows, which was glued on. */
const GLUED = /[^\s:,[{]\s*\{"/;

function parseTorn(text: string): LagerLine | undefined {
  const glued = GLUED.exec(text)?.index;
  const json = glued === undefined ? text : text.slice(0, glued + 1);
  const head: Record<string, unknown> = {};
  for (const name of ["timestamp", "source", "message"]) head[name] = quotedField(json, name);
  const data: Record<string, unknown> = {};
  for (const [, name = "", value] of json.matchAll(TORN_TEXT)) data[name] ??= value;
  for (const [, name = "", value] of json.matchAll(TORN_COUNT)) data[name] ??= Number(value);
  const level = /"log_level":([0-3])[,}]/.exec(json.slice(0, 1024))?.[1];
  return assemble(head, { level: Number(level ?? 1), data, torn: true });
}

function quotedField(json: string, name: string): string | undefined {
  return new RegExp(`"${name}":"([^"\\\\]{1,300})"`).exec(json.slice(0, 1024))?.[1];
}

function assemble(head: LagerData, rest: Pick<LagerLine, "level" | "data" | "torn">): LagerLine | undefined {
  const timestamp = head["timestamp"];
  const message = textField(head, "message");
  // A collector puts its own source in the place of lager's.
  const source = (message === undefined ? undefined : dingoBrokerOf(message)) ?? textField(head, "source");
  if (message === undefined || source === undefined) return undefined;
  const at = typeof timestamp === "string" || typeof timestamp === "number" ? anyStamp(String(timestamp)) : undefined;
  if (at === undefined) return undefined;
  const action = message.startsWith(`${source}.`) ? message.slice(source.length + 1) : message;
  return { at, source, action, ...rest };
}
