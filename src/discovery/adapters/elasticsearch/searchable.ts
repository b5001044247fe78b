/**
 * Which fields of which indices hold the lines, and whether a search can find them there (cf-bosh.md §5.4, §6.4). Names
 * are those of Logsearch, Beats, Logstash, fluentd and journald; if there are none of them, every text field counts.
 */
import { fieldsOf, textOf } from "../../../kit/json.ts";

/** Where lines are looked for. */
export const MESSAGE_FIELDS: readonly string[] = [
  "@raw",
  "@message",
  "message",
  "log",
  "event.original",
  "log.original",
  "msg",
  "MESSAGE",
  "raw",
  "body",
  "body.text",
];
/** The store's own time is the first of these fields that is a date. */
export const TIME_FIELDS: readonly string[] = ["@timestamp", "timestamp"];

/** The fields that `_field_caps` lists. */
export interface Searchable {
  /** Analysed fields: a search finds words that stand next to one another. */
  readonly texts: readonly string[];
  /** Fields that are kept as they are: a search finds them by a pattern. */
  readonly whole: readonly string[];
  readonly time: string | undefined;
  /** Indices in which at least one of the fields can be searched. */
  readonly indices: ReadonlySet<string>;
  /** Indices with no analysed field. Servers leave long values out of the other fields (`ignore_above`). */
  readonly patternOnly: readonly string[];
}

/** Beyond so many fields a search has more clauses than servers take (1,024). */
const MOST_TEXTS = 12;
const TEXT_TYPES = new Set(["text", "match_only_text", "pattern_text", "annotated_text", "search_as_you_type"]);
const WHOLE_TYPES = new Set(["keyword", "wildcard"]);

interface Capability {
  readonly field: string;
  readonly type: string;
  readonly indices: readonly string[];
}

export function searchableOf(answer: unknown): Searchable {
  const capabilities = capabilitiesOf(answer);
  const known = capabilities.filter(({ field }) => MESSAGE_FIELDS.includes(field));
  const used = known.some(isText) || known.some(isWhole) ? known : capabilities.filter(isText);
  const texts = [...new Set(used.filter(isText).map(({ field }) => field))].slice(0, MOST_TEXTS);
  const whole = [...new Set(used.filter(isWhole).map(({ field }) => field))];
  const indicesOf = (names: readonly string[]): readonly string[] =>
    used.filter(({ field }) => names.includes(field)).flatMap(({ indices }) => indices);
  const analysed = new Set(indicesOf(texts));
  const indices = new Set([...analysed, ...indicesOf(whole)]);
  return {
    texts,
    whole,
    time: TIME_FIELDS.find((name) => capabilities.some(({ field, type }) => field === name && type.startsWith("date"))),
    indices,
    patternOnly: [...indices].filter((index) => !analysed.has(index)),
  };
}

const isText = ({ type }: Capability): boolean => TEXT_TYPES.has(type);
const isWhole = ({ type }: Capability): boolean => WHOLE_TYPES.has(type);

/** One entry for each field and type that can be searched somewhere. */
function capabilitiesOf(answer: unknown): readonly Capability[] {
  const all = textsOf(fieldsOf(answer)["indices"]);
  return Object.entries(fieldsOf(fieldsOf(answer)["fields"])).flatMap(([field, types]) =>
    Object.entries(fieldsOf(types)).flatMap(([type, told]) => {
      const { searchable, indices, non_searchable_indices: without } = fieldsOf(told);
      const hidden = new Set(textsOf(without));
      if (field.startsWith("_") || (searchable !== true && hidden.size === 0)) return [];
      const within = Array.isArray(indices) ? textsOf(indices) : all;
      return [{ field, type, indices: within.filter((index) => !hidden.has(index)) }];
    }),
  );
}

/** Why a text may not be found in a field, from the fields' mappings: each as a sentence. */
export function mappingHoles(answer: unknown): readonly string[] {
  const strange = new Map<string, string>();
  for (const [index, told] of Object.entries(fieldsOf(answer)))
    for (const [field, each] of Object.entries(fieldsOf(fieldsOf(told)["mappings"])))
      for (const mapping of Object.values(fieldsOf(fieldsOf(each)["mapping"]))) {
        const { analyzer, search_analyzer: searching } = fieldsOf(mapping);
        const foreign = [textOf(analyzer), textOf(searching)].find((name) => name !== "" && name !== "standard");
        if (foreign !== undefined && !strange.has(field))
          strange.set(
            field,
            `the field ${field} of ${index} is taken apart by the analyser "${foreign}", so that a search may miss lines`,
          );
      }
  return [...strange.values()];
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
