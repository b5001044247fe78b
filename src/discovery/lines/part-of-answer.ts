/**
 * Tells whether the saved answer of a search calls itself a part. Names differ from product to product and mean the same,
 * so a field goes by its letters. Fields within an event are the event's and say nothing of the answer.
 */
import { parseJson } from "./json-events.ts";

type Fields = Readonly<Record<string, unknown>>;
type Sign = (name: string, value: unknown, items: number) => boolean;

const DEEPEST = 8;
/** Figures of the work, not of the events. */
const OF_THE_WORK = /^(?:stats|statistics|summary|profile|aggregations|took|timings?|querystats)$/;
const OF_SHARDS = /^(?:shards|clusters)$/;

const YES =
  /^(?:(?:is|has|was|results?|search|query)?(?:timedout|timeout|truncated|partial|partialresults|incomplete|preview|next|nextpage|more|cancelled|canceled))$|^more[a-z]*$|^hasmore[a-z]*$|^terminatedearly$|^reached(?!beginning|end)[a-z]*$|(?:limit|max|size)[a-z]*(?:reached|exceeded|hit)$/;
const NO = /^(?:is)?(?:complete|completed|finished|done|reachedbeginning|reachedend|alldata|allresults)$/;
const NEXT =
  /^(?:odata)?next(?:page|forward|backward)?(?:token|url|link|cursor|page|href|uri|marker|offset|key|id)?$|^(?:cursor|endcursor|after|afterkey|continuation|continuationtoken|marker|pagetoken)$/;
const TOTAL =
  /^(?:total|(?:total|num|number|match|matched|matching|hit|result|record|event|message|row)s?(?:of)?(?:hits?|results?|counts?|records?|elements?|items?|events?|messages?|rows?|entries|matches|found|total))$/;
const LIMIT =
  /^(?:limit|size|rows|top|pagesize|perpage|maxresults?|resultsperpage|itemsperpage|recordlimit|maxcount|maxrecords|linelimit)$/;
const STATE = /^(?:status|state|searchstatus|querystatus|dispatchstate|jobstatus)$/;
const UNDONE =
  /^(?:running|partial\w*|time[d_ -]*out|incomplete|cancell?ed|fail\w*|scheduled|queued|finaliz\w*|aborted|error)$/i;
const FAULTS = /^(?:errors?|failures|partialfailures|partialerrors)$/;

const SIGNS: readonly Sign[] = [
  (name, value) => YES.test(name) && (value === true || value === "true"),
  (name, value) => NO.test(name) && (value === false || value === "false"),
  (name, value) => NEXT.test(name) && isSomething(value),
  (name, value, items) => TOTAL.test(name) && (countOf(value) ?? 0) > items,
  (name, value) => /^(?:total)?pages?(?:total|count)?$/.test(name) && name !== "page" && (countOf(value) ?? 0) > 1,
  (name, value, items) => LIMIT.test(name) && items > 0 && countOf(value) === items,
  (name, value) => STATE.test(name) && typeof value === "string" && UNDONE.test(value),
  (name, value) => FAULTS.test(name) && isSomething(value),
];

/** The field that says that there is more, as it stands there; undefined if none does. */
export function partOf(answer: unknown): string | undefined {
  return signIn(answer, { items: itemsOf(answer, 0), depth: 0, inShards: false });
}

interface Spot {
  readonly items: number;
  readonly depth: number;
  readonly inShards: boolean;
}

function signIn(value: unknown, spot: Spot): string | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined || spot.depth > DEEPEST) return undefined;
  for (const [key, inner] of Object.entries(fields)) {
    const name = lettersOf(key);
    if (OF_THE_WORK.test(name)) continue;
    const isSign = spot.inShards
      ? name === "failed" && (countOf(inner) ?? 0) > 0
      : SIGNS.some((sign) => sign(name, inner, spot.items));
    if (isSign) return `${key}: ${JSON.stringify(inner)}`.slice(0, 120);
    const deeper = signIn(inner, { ...spot, depth: spot.depth + 1, inShards: spot.inShards || OF_SHARDS.test(name) });
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** The longest list of it. */
function itemsOf(value: unknown, depth: number): number {
  if (Array.isArray(value)) return value.length;
  const fields = depth > DEEPEST ? undefined : fieldsOf(value);
  return fields === undefined ? 0 : Math.max(0, ...Object.values(fields).map((inner) => itemsOf(inner, depth + 1)));
}

function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value === "string") return /^\s*\{/.test(value) ? fieldsOf(parseJson(value)) : undefined;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A number, digits, or Elasticsearch's `{"value": 1846}`. */
function countOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^\d{1,15}$/.test(value)) return Number(value);
  const { value: inner } = fieldsOf(value) ?? {};
  return typeof inner === "number" ? inner : undefined;
}

const isSomething = (value: unknown): boolean =>
  typeof value === "number" ||
  (typeof value === "string" && value !== "") ||
  (Array.isArray(value)
    ? value.length > 0
    : typeof value === "object" && value !== null && Object.keys(value).length > 0);

/** No product has a longer name: the patterns would look for their words from each letter of it. */
const LONGEST_NAME = 100;

const lettersOf = (key: string): string =>
  key
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replace(/[^a-z]/g, "");
