/**
 * The system identifier of a deleted instance in its own log lines: the backup script prints pg_controldata's line at
 * each start of a container (dingo.md §2.5, §8.21). Identity is the container's full name, which is in the tag of RFC
 * 3164, possibly torn at 32 bytes, or in a collector's field beside the line; six characters of a GUID are a hint that
 * has to be confirmed elsewhere.
 */
import { CELLS, SYSTEM_ID_PHRASE } from "../../kit/log-patterns/cells.ts";
import { SPEAKERS } from "../../kit/log-patterns/speakers.ts";
import type { LogFiles } from "../../ports/log-files.ts";
import type { LogDocument, LogSearch } from "../../ports/log-search.ts";
import { type Envelope, readEnvelope } from "../lines/envelope.ts";
import { unwrapJson } from "../lines/json-envelope.ts";
import { shown } from "../lines/safe-text.ts";
import { attempt } from "../judgement/tried.ts";

export interface SystemIdLine {
  readonly systemId: string;
  /** For a person: `cells.log:12`, or index and document of a log store. */
  readonly place: string;
  /** By the container's name; otherwise by six characters. */
  readonly certain: boolean;
}

export interface SystemIdLines {
  readonly lines: readonly SystemIdLine[];
  /** The parts that could not be read in full, each with its reason: a line may stand there. */
  readonly unread: readonly string[];
  /** One of these did not answer, and may later. */
  readonly unanswered: boolean;
}

export interface SystemIdPlaces {
  readonly logs: LogFiles;
  readonly patterns: readonly string[];
  readonly stores: readonly LogSearch[];
}

export interface Identity {
  readonly guid: string;
  readonly nodes: readonly string[];
}

type Said = Pick<SystemIdLine, "systemId" | "certain">;

const NEEDLE = `${SYSTEM_ID_PHRASE}:`;
/** Of a torn tag, that much must be left of `docker/cf-NODE`. */
const SHORTEST_TAG = "docker/cf-".length + 18;

/** Lines of every log file and log store that could be read. Never throws for one that could not: that is `unread`. */
export async function systemIdLines(places: SystemIdPlaces, identity: Identity): Promise<SystemIdLines> {
  const found = [await inFiles(places, identity)];
  for (const store of places.stores) found.push(await inStore(store, identity));
  return {
    lines: found.flatMap(({ lines }) => lines),
    unread: found.flatMap(({ unread }) => unread),
    unanswered: found.some(({ unanswered }) => unanswered),
  };
}

async function inFiles({ logs, patterns }: SystemIdPlaces, identity: Identity): Promise<SystemIdLines> {
  if (patterns.length === 0) return { lines: [], unread: [], unanswered: false };
  const { files, unreadable } = await logs.open(patterns);
  const lines: SystemIdLine[] = [];
  const totals = await logs.search(
    files,
    { needles: [NEEDLE] },
    {
      found: (file, { bytes, line = 0 }) => {
        for (const said of readLines(Buffer.from(bytes).toString("utf8"), identity))
          lines.push({ ...said, place: `${file.path}:${line}` });
      },
    },
  );
  const broken = totals.flatMap(({ failure }, at) => (failure === undefined ? [] : [`${files[at]?.path}: ${failure}`]));
  return {
    lines,
    unread: [...unreadable.map(({ path, why }) => `${path}: ${why}`), ...broken].map(shown),
    unanswered: false,
  };
}

async function inStore(store: LogSearch, identity: Identity): Promise<SystemIdLines> {
  const lines: SystemIdLine[] = [];
  const take = ({ index, id, source }: LogDocument): void => {
    for (const said of readLines(JSON.stringify({ _source: source }), identity))
      lines.push({ ...said, place: shown(`${index}/${id}`) });
  };
  const survey = await attempt(() => store.survey());
  const search = await attempt(() => store.search({ anyOf: [SYSTEM_ID_PHRASE] }, take));
  const holes = [...(survey.value?.holes ?? survey.failures), ...(search.value ?? search.failures)];
  const unanswered = [survey, search].some((tried) => tried.unanswered === true);
  return { lines, unread: [...new Set(holes)].map((hole) => shown(`${store.place}: ${hole}`)), unanswered };
}

function readLines(text: string, identity: Identity): readonly Said[] {
  return linesIn(text).flatMap((line) => readLine(line, identity) ?? []);
}

/** One, or those that JSON carries; the sender's envelope around a line counts before the collector's. */
function linesIn(text: string): readonly Pick<Envelope, "program" | "body">[] {
  const wrapped = unwrapJson(text, (part) => part.includes(NEEDLE));
  if (wrapped === undefined) return [readEnvelope(text)];
  return wrapped.texts.flatMap(({ lines, program }) =>
    lines.map((line) => ({ ...(program === undefined ? {} : { program }), ...readEnvelope(line) })),
  );
}

function readLine({ program = "", body }: Pick<Envelope, "program" | "body">, identity: Identity): Said | undefined {
  const { guid, nodes } = identity;
  const [all, six, systemId] = CELLS.systemIdPrinted.says.exec(body) ?? [];
  if (all === undefined || systemId === undefined) return undefined;
  const tag = tagOf(program);
  if (tag !== undefined) return nodes.some((node) => isTagOf(tag, node)) ? { systemId, certain: true } : undefined;
  return six !== undefined && guid.startsWith(six) ? { systemId, certain: false } : undefined;
}

/** Collectors name a container as Docker's driver does, or as Docker itself: `docker/cf-NODE`, `/cf-NODE`, `cf-NODE`. */
function tagOf(program: string): string | undefined {
  if (!SPEAKERS.anyTag.says.test(program)) return undefined;
  return program.startsWith("docker/") ? program : `docker/${program.replace("/", "")}`;
}

const isTagOf = (tag: string, node: string): boolean =>
  tag.length >= SHORTEST_TAG && `docker/cf-${node}`.startsWith(tag);
