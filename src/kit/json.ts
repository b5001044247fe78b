/** JSON that others wrote: nothing is known of its shape. */

export type Fields = Readonly<Record<string, unknown>>;

/** The value of a text; undefined if it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for an object that is no list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value itself if it is an object; no fields for any other value. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** The value itself if it is a text; else an empty one. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
