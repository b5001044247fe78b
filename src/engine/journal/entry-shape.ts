/**
 * Checks that a parsed line is an entry of version 1. Additional fields are welcome: a journal written by a later
 * release of the same version stays readable.
 */
import { quoted } from "../../kit/text/printable.ts";
import { BODIES, type Entry, type Fields, fieldsOf, HEADER, isObject, JOURNAL_VERSION, misfit } from "./entry.ts";

const WHOLE: ReadonlyMap<string, Fields> = new Map(
  Object.entries(BODIES).map(([type, shape]) => [type, fieldsOf({ ...HEADER, ...shape })]),
);

type Shaped =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly why: string; readonly newer: boolean };

/** Only what is short by its nature: a line may hold anything, at any depth. */
function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return "that is no plain value";
}

/** Far more than is written, and few enough for every walk over a value. */
const MOST_LEVELS = 200;

/** A stranger's value can be nested until a walk over it has no stack left. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth += 1)
    level = level.flatMap((each): unknown[] => (typeof each === "object" && each !== null ? Object.values(each) : []));
  return level.length > 0;
}

/** `newer` tells a journal of a later version from a broken one. */
export function shapeEntry(value: unknown): Shaped {
  if (!isObject(value)) return { ok: false, why: "is not an object", newer: false };
  const fieldsOfLine = value as Record<string, unknown>;
  const { v, type } = fieldsOfLine;
  if (v !== JOURNAL_VERSION) {
    const newer = typeof v === "number" && v > JOURNAL_VERSION;
    return { ok: false, why: `has version ${shown(v)}`, newer };
  }
  const wanted = typeof type === "string" ? WHOLE.get(type) : undefined;
  if (wanted === undefined) return { ok: false, why: `has the unknown type ${shown(type)}`, newer: false };
  const field = misfit(fieldsOfLine, wanted);
  if (field !== undefined) return { ok: false, why: `has a wrong or missing field "${field}"`, newer: false };
  return { ok: true, entry: value as Entry };
}
