/**
 * Lager's JSON after somebody has written it again: with its fields in another order, renamed, moved below a parent,
 * flattened, or turned into text. The broker's message says whose it is, wherever it stands.
 */
import { brokerEvent, dingoBrokerOf, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import { looseAt } from "./loose-json.ts";
import { anyStamp } from "./stamp.ts";

type Fields = Readonly<Record<string, unknown>>;

export function isLager(document: object): boolean {
  const { timestamp, source, message } = document as Fields;
  const isTime = typeof timestamp === "string" || typeof timestamp === "number";
  return isTime && typeof source === "string" && typeof message === "string" && "data" in document;
}

/** In lager's own order. Throws if it is too deep to be written. */
export function lagerText({ timestamp, source, message, ...rest }: Fields): string {
  return JSON.stringify({ timestamp, source, message, ...rest });
}

interface Field {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Foreign records are small; beyond this nothing of them is looked at. */
const MOST_FIELDS = 2000;
const MESSAGE = /^[\w.-]{1,200}$/;
const TIME = /(?:time|timestamp|stamp|ts|date)$/i;
/** Fields of the data that only the broker writes, as letters. */
const OWN = new Set(["instanceid", "clusterid", "nodeuuid", "newnodecount", "stepscount", "touri", "session"]);
/** A collector has such a field too: the identity of a machine. */
const ANYBODYS = new Set(["instance_id", "id"]);

/** Lager's record, put together again from the fields of an event; undefined if it tells no broker's message and time. */
export function lagerOf(event: object): Fields | undefined {
  const fields = fieldsOf(event);
  const told = messageOf(fields);
  if (told === undefined) return undefined;
  const { message, parent } = told;
  const timestamp = timeOf(fields, parent);
  const data = dataOf(fields, parent);
  if (timestamp === undefined || data === undefined) return undefined;
  const level = fields.find(({ path }) => path.at(-1) === "log_level")?.value;
  return {
    timestamp,
    source: dingoBrokerOf(message),
    message,
    ...(level === undefined ? {} : { log_level: Number(level) }),
    data,
  };
}

function fieldsOf(event: object): readonly Field[] {
  const fields: Field[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (fields.length >= MOST_FIELDS || path.length > 32) return;
    const inner = typeof value === "string" ? objectOf(value) : value;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner))
      fields.push({ path, value: inner ?? value });
    else for (const [key, item] of Object.entries(inner)) walk(item, [...path, ...segments(key)]);
  };
  walk(event, []);
  return fields;
}

/** A whole text that is an object, or the text itself. */
export function objectOf(text: string): unknown {
  const trimmed = text.trim();
  if (!/^(?:\{|map\[)/.test(trimmed)) return text;
  const loose = looseAt(trimmed, 0);
  return loose === undefined || loose.end < trimmed.length ? text : loose.value;
}

/** `data.instance-id` and `json_data_instance_id` were two fields, one in the other. */
function segments(key: string): readonly string[] {
  return key
    .split(".")
    .flatMap((part) => /^(?:.*_)?(data)_(.+)$/s.exec(part)?.slice(1) ?? [part])
    .flatMap((part) => /^(cluster)_(.+)$/s.exec(part)?.slice(1) ?? [part]);
}

function messageOf(fields: readonly Field[]): { readonly message: string; readonly parent: string } | undefined {
  const texts = fields.flatMap(({ path, value }) =>
    typeof value === "string" && MESSAGE.test(value) ? [{ message: value, parent: parentOf(path) }] : [],
  );
  const whole = texts.filter(({ message }) => dingoBrokerOf(message) !== undefined);
  if (whole.length > 0) return new Set(whole.map(({ message }) => message)).size === 1 ? whole[0] : undefined;
  const source = texts.find(({ message }) => isDingoBroker(message));
  const actions = texts.filter(({ message }) => brokerEvent(message) !== undefined);
  const [action] = actions;
  return source === undefined || action === undefined || actions.length > 1
    ? undefined
    : { ...action, message: `${source.message}.${action.message}` };
}

const parentOf = (path: readonly string[]): string => path.slice(0, -1).join("\0");

/** Lager's own time has a fraction; a collector's stands beside it. */
function timeOf(fields: readonly Field[], parent: string): string | undefined {
  const times = fields.flatMap(({ path, value }) => {
    const name = path.at(-1) ?? "";
    const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
    if (!TIME.test(name) || anyStamp(text) === undefined) return [];
    const rank =
      (/^\d{9,11}\.\d+$/.test(text) ? 0 : 4) +
      (parentOf(path) === parent ? 0 : 2) +
      (/^timestamp$/i.test(name) ? 0 : 1);
    return [{ text, rank }];
  });
  return times.sort((a, b) => a.rank - b.rank)[0]?.text;
}

/** Undefined if it cannot be told which of several instances is meant. */
function dataOf(fields: readonly Field[], beside: string): Fields | undefined {
  const named = fields.flatMap(({ path, value }) => {
    const at = path.lastIndexOf("data");
    return at < 0 || at === path.length - 1 ? [] : [{ path: path.slice(at + 1), value }];
  });
  if (named.length > 0) return nested(named);
  const owners = fields.filter(isOwn).map(({ path }) => ownerOf(path));
  const parents = new Set(owners.length > 0 ? owners : objectsBeside(fields, beside));
  const [parent] = parents;
  if (parent === undefined) return {};
  const depth = parent === "" ? 0 : parent.split("\0").length;
  const own = fields.filter(({ path }) => ownerOf(path) === parent);
  return parents.size > 1 ? undefined : nested(own.map(({ path, value }) => ({ path: path.slice(depth), value })));
}

/** The objects in the same parent as the message. */
const objectsBeside = (fields: readonly Field[], parent: string): readonly string[] =>
  fields.map(({ path }) => ownerOf(path)).filter((owner) => parentOf(owner.split("\0")) === parent && owner !== "");

const isOwn = ({ path }: Field): boolean => {
  const name = path.at(-1) ?? "";
  return path.at(-2) === "cluster" || (OWN.has(name.toLowerCase().replace(/[^a-z]/g, "")) && !ANYBODYS.has(name));
};

/** The path of the object that is the data, if no field says so. */
function ownerOf(path: readonly string[]): string {
  const parents = path.slice(0, -1);
  return (parents.at(-1) === "cluster" ? parents.slice(0, -1) : parents).join("\0");
}

function nested(fields: readonly Field[]): Fields {
  const data: Record<string, unknown> = {};
  const cluster: Record<string, unknown> = {};
  for (const { path, value } of fields) {
    const [first = "", ...rest] = path;
    if (first === "cluster" && rest.length > 0) cluster[rest.join(".")] = value;
    else data[path.join(".")] = value;
  }
  return Object.keys(cluster).length === 0 ? data : { ...data, cluster };
}
