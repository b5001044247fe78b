/**
 * Lines of broker, cells and containers that are not lager's. Only those that join an instance with something: the Go
 * print of a new node (eras A and B, add_node.go), wal-e's uploads (dingo.md §2.6), the cell broker's containers (§2.3),
 * what a container prints of itself at its start (§2.5), a record of the broker as JSON (§2.10).
 */
import type { Description, FactBody } from "./fact.js";
import { GUID, isGuid } from "./guid.js";
import { fromIso, type Stamp } from "./stamp.js";

export interface OtherLine {
  /** Absent where the line names a node only. */
  readonly guid?: string;
  /** Where the line has a time of its own; else that of its envelope counts. */
  readonly at?: Stamp;
  readonly body: FactBody;
}

type Reader = (body: string, program: string) => OtherLine | undefined;

/** A GUID that begins where the pattern says, not in the middle of something longer. */
const WHOLE = `(?<![0-9a-f-])(${GUID})(?![0-9a-f-])`;

/** `<node> {<org> <plan> <service> <space> map[… PATRONI_SCOPE:<instance> …]}`, field order of brokerapi. */
const NODE_PRINT = new RegExp(`${WHOLE} \\{(${GUID}) (\\S{1,80}) (\\S{1,80}) (${GUID}) map\\[`);
const SCOPE = new RegExp(`[ []PATRONI_SCOPE:(${GUID})[ \\]]`);
const STRUCTURED = "STRUCTURED: time=";
const PUSH = new RegExp(`^(\\S{10,40}) .{0,400}?action=push-wal .{0,800}?prefix=\\S{0,200}?${WHOLE}/wal/ (.{0,200})`);
const SEGMENT = /\bseg=([0-9A-F]{24})\b/;
const STATE = /\bstate=(begin|complete)\b/;
/** A message on one line holds one or two; whoever writes more wants to keep us busy. */
const MOST_STRUCTURED = 4;
const CREATE_OPTIONS = "+-> Create options: ";
const LONGEST_OPTIONS = 8192;
const SCOPE_OPTION = new RegExp(`"PATRONI_SCOPE=(${GUID})"`);
const NODE_OF_OPTIONS = new RegExp(`"(?:NODE_ID|NODE_NAME|NAME)=(?:cf-)?(${GUID})"`);
const DESTROYING = new RegExp(`Destroying Docker container .cf-(${GUID})(?![0-9a-f-])`);
const CONTAINER_SCOPE = new RegExp(`scope: &scope ${WHOLE}\\s*$`);
const CONTAINER = new RegExp(`^docker/cf-(${GUID})$`);

const READERS: readonly Reader[] = [
  readNodePrint,
  readStructured,
  readCreateOptions,
  readDestroying,
  readScope,
  readNoArchive,
  readRecord,
];

export function readOtherLine(body: string, program = ""): OtherLine | undefined {
  for (const read of READERS) {
    const found = read(body, program);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readNodePrint(body: string): OtherLine | undefined {
  const match = body.includes("PATRONI_SCOPE:") ? NODE_PRINT.exec(body) : null;
  const guid = match === null ? undefined : SCOPE.exec(body.slice(match.index))?.[1];
  if (match === null || guid === undefined) return undefined;
  const [, node = "", org = "", plan = "", , space = ""] = match;
  return { guid, body: { kind: "described", node, org, plan, space } };
}

/** A WAL segment on its way to the archive: the instance's container lived at that time. */
function readStructured(body: string): OtherLine | undefined {
  let from = body.indexOf(STRUCTURED);
  for (let tries = 0; from >= 0 && tries < MOST_STRUCTURED; tries += 1) {
    const found = readPush(body.slice(from + STRUCTURED.length, from + 2048));
    if (found !== undefined) return found;
    from = body.indexOf(STRUCTURED, from + 1);
  }
  return undefined;
}

function readPush(text: string): OtherLine | undefined {
  const [, time = "", guid, rest = ""] = PUSH.exec(text) ?? [];
  const at = fromIso(time);
  if (guid === undefined || at === undefined) return undefined;
  const segment = SEGMENT.exec(rest)?.[1];
  const state = STATE.exec(rest)?.[1] === "complete" ? "complete" : "begun";
  return { guid, at, body: { kind: "archived", state, ...(segment === undefined ? {} : { segment }) } };
}

/** The cell broker prints the whole environment, secrets too: nothing but the two ids is taken. */
function readCreateOptions(body: string): OtherLine | undefined {
  const start = body.indexOf(CREATE_OPTIONS);
  const options = start < 0 ? "" : body.slice(start, start + LONGEST_OPTIONS);
  const guid = SCOPE_OPTION.exec(options)?.[1];
  const node = guid === undefined ? undefined : NODE_OF_OPTIONS.exec(options)?.[1];
  return guid === undefined
    ? undefined
    : { guid, body: { kind: "described", ...(node === undefined ? {} : { node }) } };
}

function readDestroying(body: string): OtherLine | undefined {
  const node = DESTROYING.exec(body)?.[1];
  return node === undefined ? undefined : { body: { kind: "container-destroyed", node } };
}

/** The container prints its configuration; whose container it is stands in the tag. */
function readScope(body: string, program: string): OtherLine | undefined {
  const guid = CONTAINER_SCOPE.exec(body)?.[1];
  const node = CONTAINER.exec(program)?.[1];
  return guid === undefined || node === undefined ? undefined : { guid, body: { kind: "described", node } };
}

function readNoArchive(body: string, program: string): OtherLine | undefined {
  const node = CONTAINER.exec(program)?.[1];
  return node === undefined || !body.includes("Disabling wal-e archives")
    ? undefined
    : { body: { kind: "archives-nothing", node } };
}

/** What `GET /admin/service_instances/GUID` answers, and the clusterdata bucket holds. */
function readRecord(body: string): OtherLine | undefined {
  if (!body.startsWith("{") || !body.includes('"organization_guid"')) return undefined;
  const record = parse(body);
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

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
