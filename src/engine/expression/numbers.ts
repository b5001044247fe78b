/**
 * The one border between JSON and CEL. A JavaScript number is a CEL double, and `n + 1` has no overload for it
 * in cel-js 8. So whole numbers enter as BigInt (CEL int) and leave as numbers.
 */
import type { Json, JsonObject } from "../../action.ts";

export type CelValue =
  | string
  | boolean
  | null
  | bigint
  | number
  | readonly CelValue[]
  | { readonly [key: string]: CelValue };

export function toCel(value: Json): CelValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(toCel);
  return scopeToCel(value);
}

export function scopeToCel(scope: JsonObject): { readonly [key: string]: CelValue } {
  return Object.fromEntries(Object.entries(scope).map(([key, item]) => [key, toCel(item)]));
}

/** Throws a TypeError for what JSON cannot hold: bytes, types, durations, whole numbers beyond 2^53. */
export function fromCel(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint") return whole(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]));
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
  throw new TypeError("the result is neither text, number, boolean, null, list nor map");
}

function whole(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new TypeError(`the number ${value} is too large`);
  return number;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
