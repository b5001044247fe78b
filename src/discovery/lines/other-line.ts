/**
 * Lines of broker, cells and containers that are not lager's. Only those that join an instance with something: the Go
 * print of a new node (eras A and B, add_node.go), wal-e's uploads (dingo.md §2.6), the cell broker's containers
 * (§2.3), a container's own lines at its start (§2.5), a record of the broker as JSON (§2.10).
 */
import type { ContainerSaid, Description, FactBody } from "./fact.ts";
import { CELLS } from "../../kit/log-patterns/cells.ts";
import type { LogPattern } from "../../kit/log-patterns/log-pattern.ts";
import { RECOVERY, SHUT_DOWN } from "../../kit/log-patterns/recovery.ts";
import { saidLine } from "../../kit/log-patterns/said-line.ts";
import { SPEAKERS } from "../../kit/log-patterns/speakers.ts";
import { START_UP } from "../../kit/log-patterns/start-up.ts";
import { optional } from "../../kit/optional.ts";
import { isGuid } from "./guid.ts";
import { parseJson } from "./json-events.ts";
import { fromIso, type Stamp } from "./stamp.ts";

export interface OtherLine {
  /** Absent if the line names a node only. */
  readonly guid?: string;
  /** The line's time, if it has one; else that of its envelope counts. */
  readonly at?: Stamp;
  readonly body: FactBody;
}

type Reader = (body: string, program: string) => OtherLine | undefined;

const STRUCTURED = "STRUCTURED: time=";
/** A message on one line holds one or two; a writer of more wants to keep us busy. */
const MOST_STRUCTURED = 4;
const LONGEST_OPTIONS = 8192;

const READERS: readonly Reader[] = [
  readNodePrint,
  readStructured,
  readCreateOptions,
  readDestroying,
  readScope,
  readNoArchive,
  readRecord,
  readServerEnd,
];

export function readOtherLine(body: string, program = ""): OtherLine | undefined {
  for (const read of READERS) {
    const found = read(body, program);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readNodePrint(body: string): OtherLine | undefined {
  const match = body.includes("PATRONI_SCOPE:") ? CELLS.nodePrinted.says.exec(body) : null;
  const guid = match === null ? undefined : CELLS.scopePrinted.says.exec(body.slice(match.index))?.[1];
  if (match === null || guid === undefined) return undefined;
  const [, node = "", org = "", plan = "", , space = ""] = match;
  return { guid, body: { kind: "described", node, org, plan, space } };
}

/** A WAL segment on its way to the archive: the instance's container lived at that time. */
function readStructured(body: string, program: string): OtherLine | undefined {
  let from = body.indexOf(STRUCTURED);
  for (let tries = 0; from >= 0 && tries < MOST_STRUCTURED; tries += 1) {
    const found = readPush(body.slice(from + STRUCTURED.length, from + 2048), senderOf(body, program));
    if (found !== undefined) return found;
    from = body.indexOf(STRUCTURED, from + 1);
  }
  return undefined;
}

const nodeOf = (program: string): string | undefined => SPEAKERS.wholeTag.says.exec(program)?.[1];

/** Of a line that wal-e wrote as the server's archiver: text of a client begins with a tab. */
function senderOf(body: string, program: string): string | undefined {
  const { stream, text } = saidLine(body);
  return stream === "patroni" && SPEAKERS.walE.says.test(text) ? nodeOf(program) : undefined;
}

function readPush(text: string, from: string | undefined): OtherLine | undefined {
  const [, time = "", guid, rest = ""] = CELLS.pushed.says.exec(text) ?? [];
  const at = fromIso(time);
  if (guid === undefined || at === undefined) return undefined;
  const segment = CELLS.pushedSegment.says.exec(rest)?.[1];
  const state = CELLS.pushedState.says.exec(rest)?.[1] === "complete" ? "complete" : "begun";
  return { guid, at, body: { kind: "archived", state, ...optional("segment", segment), ...optional("from", from) } };
}

/** The cell broker prints the whole environment, secrets too: nothing but the two ids is taken. */
function readCreateOptions(body: string): OtherLine | undefined {
  const start = body.search(CELLS.createOptions.says);
  const options = start < 0 ? "" : body.slice(start, start + LONGEST_OPTIONS);
  const guid = CELLS.scopeOption.says.exec(options)?.[1];
  const node = guid === undefined ? undefined : CELLS.nodeOption.says.exec(options)?.[1];
  return guid === undefined
    ? undefined
    : { guid, body: { kind: "described", ...(node === undefined ? {} : { node, by: "container" }) } };
}

function readDestroying(body: string): OtherLine | undefined {
  const node = CELLS.destroying.says.exec(body)?.[1];
  return node === undefined ? undefined : { body: { kind: "container-destroyed", node } };
}

/** The container prints its configuration; whose container it is stands in the tag. */
function readScope(body: string, program: string): OtherLine | undefined {
  const guid = CELLS.configuration.says.exec(body)?.[1];
  const node = nodeOf(program);
  return guid === undefined || node === undefined
    ? undefined
    : { guid, body: { kind: "described", node, by: "container" } };
}

function readNoArchive(body: string, program: string): OtherLine | undefined {
  const node = nodeOf(program);
  return node === undefined || !START_UP.archivesNothing.says.test(saidLine(body).text)
    ? undefined
    : { body: { kind: "archives-nothing", node } };
}

const OF_SERVER: Readonly<Record<Exclude<ContainerSaid, "asked">, LogPattern>> = {
  began: SHUT_DOWN.began,
  ended: SHUT_DOWN.ended,
  left: SHUT_DOWN.left,
  ready: RECOVERY.takesWrites,
  "archive-failed": SHUT_DOWN.archiveFailed,
};

/** The two streams tell who speaks: a client's `RAISE LOG` stands in the server's, and never in that of the shutdown script. */
function readServerEnd(body: string, program: string): OtherLine | undefined {
  const node = nodeOf(program);
  if (node === undefined) return undefined;
  const { stream, text, quotes } = saidLine(body);
  const said = (word: ContainerSaid): OtherLine => ({ body: { kind: "container-said", said: word, node } });
  if (stream === "shutdown") return SHUT_DOWN.asked.says.test(text) ? said("asked") : undefined;
  if (stream !== "patroni" || quotes) return undefined;
  const word = SERVER_WORDS.find((each) => OF_SERVER[each].says.test(text));
  return word === undefined ? undefined : said(word);
}

const SERVER_WORDS = Object.keys(OF_SERVER) as (keyof typeof OF_SERVER)[];

/** Reads the record that `GET /admin/service_instances/GUID` answers and that the clusterdata bucket holds. */
function readRecord(body: string): OtherLine | undefined {
  if (!body.startsWith("{") || !body.includes('"organization_guid"')) return undefined;
  const record = parseJson(body) as Readonly<Record<string, unknown>> | undefined;
  const text = (name: string): string | undefined => {
    const value = record?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const guid = text("instance_id");
  if (guid === undefined || !isGuid(guid)) return undefined;
  const fields: Record<keyof Pick<Description, "name" | "org" | "space" | "plan">, string | undefined> = {
    name: text("service_instance_name"),
    org: text("organization_guid"),
    space: text("space_guid"),
    plan: text("plan_id"),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Description;
  return { guid, body: { kind: "described", ...known } };
}
