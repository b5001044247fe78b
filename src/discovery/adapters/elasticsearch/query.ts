/** The search itself, in the words of both products. */
import type { LogQuery } from "../../../ports/log-search.ts";
import type { Searchable } from "./searchable.ts";

type Clause = Readonly<Record<string, unknown>>;

/** How many ways a begun word may go on: a broker's events are some dozens. */
const MOST_ENDINGS = 1000;
const MOST_INDICES = 10_000;

export function queryOf(query: LogQuery, fields: Searchable): Clause {
  const { anyOf, about } = query;
  const parts = [anyOf, ...(about === undefined ? [] : [about])];
  const texts = parts.map((phrases) => oneOf(phrases.flatMap((phrase) => holding(phrase, fields))));
  return { bool: { filter: [...texts, ...within(fields, query)] } };
}

/** Documents of which no line was taken in: too long for its field, or not there. Not every server marks them (`_ignored`). */
export function leftOutQuery({ whole, patternOnly }: Searchable): Clause {
  const must_not = whole.map((field) => ({ exists: { field } }));
  return { bool: { filter: [{ terms: { _index: patternOnly.slice(0, MOST_INDICES) } }], must_not } };
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
