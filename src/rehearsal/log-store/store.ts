/** The content of a log store: indices with their mappings and documents. */
export interface Field {
  readonly type: "text" | "keyword" | "wildcard" | "date" | "match_only_text";
  /** Kept, and not to be searched. */
  readonly index?: false;
  readonly analyzer?: string;
  readonly ignore_above?: number;
  /** `docs`: without positions, no phrase can be searched. */
  readonly index_options?: "docs";
}

export interface StoredDocument {
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
}

export interface StoredIndex {
  readonly name: string;
  readonly status: "open" | "close";
  /** By their full names; text if a document has more. */
  readonly fields: Readonly<Record<string, Field>>;
  readonly documents: readonly StoredDocument[];
}

export interface LogStoreState {
  readonly product: "elasticsearch" | "opensearch";
  readonly version: string;
  readonly indices: readonly StoredIndex[];
  /** As in an Authorization header; absent: everybody may read. */
  readonly authorization?: string;
}

/** Undefined if the document has no such field; dots lead into objects, unless a name has them. */
export function valueAt(source: unknown, field: string): unknown {
  if (typeof source !== "object" || source === null) return undefined;
  const object = source as Readonly<Record<string, unknown>>;
  if (field in object) return object[field];
  const dot = field.indexOf(".");
  return dot < 0 ? undefined : valueAt(object[field.slice(0, dot)], field.slice(dot + 1));
}

/** With the fields that its documents brought along. */
export function mappingOf({ fields, documents }: StoredIndex): Readonly<Record<string, Field>> {
  const found: Record<string, Field> = { ...fields };
  for (const { source } of documents)
    for (const [name, value] of leaves(source, "")) found[name] ??= guessed(name, value);
  return found;
}

function guessed(name: string, value: unknown): Field {
  const isDate = name.endsWith("timestamp") && typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
  return { type: isDate ? "date" : "text" };
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null) return path === "" ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

/** Names and patterns divided by commas; one after a minus takes away. Undefined if a plain name is not there. */
export function indicesFor(state: LogStoreState, pattern: string): readonly StoredIndex[] | undefined {
  let found: readonly StoredIndex[] = [];
  for (const part of pattern.split(",")) {
    const form = part.replace(/^-/, "");
    const test = new RegExp(`^${form.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
    const fitting = state.indices.filter(({ name }) => test.test(name));
    if (fitting.length === 0 && !form.includes("*")) return undefined;
    found = part.startsWith("-")
      ? found.filter((index) => !fitting.includes(index))
      : [...found, ...fitting.filter((index) => !found.includes(index))];
  }
  return found;
}
