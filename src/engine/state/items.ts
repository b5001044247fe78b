/** Keys of for_each items: what the journal, `--decide` and the screen call them. Pure. */
import type { Json } from "../../action.ts";

/** Fields that name a thing, best first. */
const NAMING_FIELDS = ["guid", "id", "key", "name"] as const;

/** One key per item, in order; equal ones are numbered, so that each is unique. */
export function itemKeys(items: readonly Json[]): readonly string[] {
  const seen = new Map<string, number>();
  return items.map((item, index) => {
    const key = nameOf(item) ?? String(index + 1);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? key : `${key}#${times}`;
  });
}

function nameOf(item: Json): string | undefined {
  if (typeof item === "string" && item !== "") return item;
  if (typeof item === "number" || typeof item === "boolean") return String(item);
  if (item === null || typeof item !== "object" || Array.isArray(item)) return undefined;
  const fields = item as { readonly [key: string]: Json };
  return NAMING_FIELDS.map((field) => fields[field]).find((value) => typeof value === "string" && value !== "") as
    | string
    | undefined;
}
