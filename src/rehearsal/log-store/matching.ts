/** Which documents a query fits: as much of the query language as a search for log lines needs. */
import { type Field, mappingOf, type StoredDocument, type StoredIndex, valueAt } from "./store.ts";

/** The server does not understand the query at all. */
export class BadQuery extends Error {}
/** The shards of one index cannot answer it. */
export class ShardFailure extends Error {}

type Clause = Readonly<Record<string, unknown>>;
type Test = (document: StoredDocument) => boolean;
type Build = (body: Clause, fields: Readonly<Record<string, Field>>) => Test;

const BUILDERS: Readonly<Record<string, Build>> = {
  match_all: () => () => true,
  bool: buildBool,
  multi_match: buildPhrase,
  wildcard: buildWildcard,
  range: buildRange,
  exists: buildExists,
  terms: buildTerms,
};

/** Whose fields they are. */
const INDEX_OF = new WeakMap<Readonly<Record<string, Field>>, string>();

/** Throws `BadQuery`, `ShardFailure`. */
export function matching(index: StoredIndex, query: unknown): readonly StoredDocument[] {
  const fields = mappingOf(index);
  INDEX_OF.set(fields, index.name);
  return index.documents.filter(build(query, fields));
}

function build(query: unknown, fields: Readonly<Record<string, Field>>): Test {
  const [entry, ...more] = Object.entries((query ?? {}) as Clause);
  const builder = entry === undefined ? undefined : BUILDERS[entry[0]];
  if (entry === undefined || builder === undefined || more.length > 0)
    throw new BadQuery(`unknown query [${entry?.[0] ?? ""}]`);
  return builder(entry[1] as Clause, fields);
}

function buildBool(body: Clause, fields: Readonly<Record<string, Field>>): Test {
  const known = ["filter", "must", "should", "must_not", "minimum_should_match"];
  const strange = Object.keys(body).find((key) => !known.includes(key));
  if (strange !== undefined) throw new BadQuery(`[bool] query does not support [${strange}]`);
  const tests = (key: string): readonly Test[] =>
    ((body[key] ?? []) as readonly unknown[]).map((each) => build(each, fields));
  const [all, some, none] = [[...tests("filter"), ...tests("must")], tests("should"), tests("must_not")];
  const wanted = Number(body["minimum_should_match"] ?? (all.length === 0 ? 1 : 0));
  return (document) =>
    all.every((test) => test(document)) &&
    !none.some((test) => test(document)) &&
    (some.length === 0 || some.filter((test) => test(document)).length >= wanted);
}

const words = new WeakMap<StoredDocument, Map<string, readonly string[]>>();

function wordsIn(document: StoredDocument, field: string): readonly string[] {
  const known = words.get(document) ?? new Map<string, readonly string[]>();
  words.set(document, known);
  const value = valueAt(document.source, field);
  const found = known.get(field) ?? (typeof value === "string" ? wordsOf(value) : []);
  known.set(field, found);
  return found;
}

function buildPhrase({ query, type, fields: names }: Clause, fields: Readonly<Record<string, Field>>): Test {
  if (type !== "phrase_prefix" && type !== "phrase") throw new BadQuery("failed to parse [multi_match] query type");
  const phrase = wordsOf(String(query));
  const known = (names as readonly string[]).filter(
    (name) => fields[name] !== undefined && fields[name].index !== false,
  );
  for (const name of known)
    if (fields[name]?.index_options === "docs" && phrase.length > 1)
      throw new ShardFailure(`field:[${name}] was indexed without position data; cannot run PhraseQuery`);
  return (document) =>
    known.some((name) => {
      const analyser = fields[name]?.analyzer ?? "standard";
      const value = valueAt(document.source, name);
      if (analyser === "standard") return hasPhrase(wordsIn(document, name), phrase);
      // As `whitespace` does; others are not modelled.
      return typeof value === "string" && hasPhrase(value.split(/\s+/), String(query).split(/\s+/));
    });
}

function buildWildcard(body: Clause, fields: Readonly<Record<string, Field>>): Test {
  const [[name, told] = ["", {}]] = Object.entries(body);
  const pattern = String((told as Clause)["value"])
    .replaceAll(/[.+^${}()|[\]]/g, "\\$&")
    .replaceAll(/(?<!\\)\*/g, ".*");
  const test = new RegExp(`^${pattern}$`, "s");
  return (document) => {
    const value = valueAt(document.source, name);
    const field = fields[name];
    return typeof value === "string" && field?.index !== false && !isIgnored(value, field) && test.test(value);
  };
}

function isIgnored(value: string, field: Field | undefined): boolean {
  return field?.type === "keyword" && value.length > (field.ignore_above ?? Infinity);
}

function buildRange(body: Clause): Test {
  const [[name, told] = ["", {}]] = Object.entries(body);
  const { gte, lte } = told as { readonly gte?: string; readonly lte?: string };
  return ({ source }) => {
    const at = timeOf(source, name);
    return (
      at !== undefined && (gte === undefined || at >= Date.parse(gte)) && (lte === undefined || at <= Date.parse(lte))
    );
  };
}

export function timeOf(source: unknown, field: string): number | undefined {
  const value = valueAt(source, field);
  if (typeof value === "number") return value;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function buildExists(body: Clause, fields: Readonly<Record<string, Field>>): Test {
  const name = String(body["field"]);
  return ({ source }) => {
    const value = valueAt(source, name);
    return value !== undefined && (typeof value !== "string" || !isIgnored(value, fields[name]));
  };
}

/** Of indices: those of a document are known from its place. */
function buildTerms(body: Clause, fields: Readonly<Record<string, Field>>): Test {
  const names = body["_index"] as readonly string[] | undefined;
  if (names === undefined) throw new BadQuery("[terms] of another field");
  const isOne = names.includes(INDEX_OF.get(fields) ?? "");
  return () => isOne;
}

/**
 * How the standard analyser takes a text apart, as seen on 7.6.1, 8.18.0 and OpenSearch 2.19.1 (UAX #29): full stops and
 * colons between letters join, as do underscores; hyphens divide. Lower case; words of more than 255 characters are cut.
 */
const WORD = /[\p{L}\p{N}_]+(?:(?:(?<=\p{L})[.:'](?=\p{L})|(?<=\p{N})[.,;'](?=\p{N}))[\p{L}\p{N}_]+)*/gu;
const LONGEST = 255;

export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(WORD)].flatMap(([word]) => pieces(word.toLowerCase()));
}

/** Whether the words stand next to one another, and the last one begins so. */
export function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  const last = phrase.length - 1;
  if (last < 0) return false;
  return words.some(
    (_, at) =>
      (words[at + last]?.startsWith(phrase[last] ?? "") ?? false) &&
      phrase.slice(0, last).every((word, index) => words[at + index] === word),
  );
}

function pieces(word: string): readonly string[] {
  if (word.length <= LONGEST) return [word];
  return [word.slice(0, LONGEST), ...pieces(word.slice(LONGEST))];
}
