/** The search itself, in the words of both products. */
import type { LogQuery } from "../../ports/log-search.js";
import type { Searchable } from "./searchable.js";

type Clause = Readonly<Record<string, unknown>>;

/** How many ways a begun word may go on: a broker's events are some dozens. */
const MOST_ENDINGS = 1000;

export function queryOf({ anyOf, about, from, to }: LogQuery, fields: Searchable): Clause {
  const parts = [anyOf, ...(about === undefined ? [] : [about])];
  const texts = parts.map((phrases) => oneOf(phrases.flatMap((phrase) => holding(phrase, fields))));
  return { bool: { filter: [...texts, ...within(fields, { from, to })] } };
}

/** Documents that the servers have kept a field out of: it was too long, or not what the mapping says. */
export function ignoredQuery({ whole }: Searchable): Clause {
  return { terms: { _ignored: whole } };
}

function holding(phrase: string, { texts, whole }: Searchable): readonly Clause[] {
  const words = { query: phrase, type: "phrase_prefix", fields: texts, max_expansions: MOST_ENDINGS };
  const pattern = `*${phrase.replaceAll(/[\\*?]/g, "\\$&")}*`;
  return [
    ...(texts.length === 0 ? [] : [{ multi_match: words }]),
    ...whole.map((field) => ({ wildcard: { [field]: { value: pattern } } })),
  ];
}

function oneOf(should: readonly Clause[]): Clause {
  return { bool: { should, minimum_should_match: 1 } };
}

/** A document without a time fits every window: it is not known to lie outside. */
function within({ time }: Searchable, { from, to }: Pick<LogQuery, "from" | "to">): readonly Clause[] {
  if (time === undefined || (from === undefined && to === undefined)) return [];
  const range = {
    ...(from === undefined ? {} : { gte: from.toISOString() }),
    ...(to === undefined ? {} : { lte: to.toISOString() }),
    format: "strict_date_optional_time",
  };
  return [oneOf([{ range: { [time]: range } }, { bool: { must_not: [{ exists: { field: time } }] } }])];
}
