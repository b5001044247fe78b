/** Structure-aware damage: documents that were right, with something hostile in one of their places. */
import { fc } from "../properties.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const HOSTILE_TEXTS: readonly string[] = [
  "",
  "$(touch /tmp/pwned)",
  "`id`",
  "a\nb\r\nc",
  "\u001b]0;pwned\u0007\u001b[2J",
  "\u009b2J",
  "\u202egnp.exe\u202c",
  "../../etc/passwd",
  "/service/../x",
  "__proto__",
  "\ud800",
  "a\u0000b",
  "-rf",
  "9".repeat(400),
  "x".repeat(70_000),
];

const NUMBERS: readonly number[] = [-1, 0, 0.5, 2 ** 31, 2 ** 53, 1e12, 1e308, -0];
/** Stand-ins for values that are too deep for every function that visits them, this file's own included. */
const DEEP_LIST = "@deep-list";
const DEEP_MAP = "@deep-map";
/** etcd's directories in directories. */
const DEEP_NODES = "@deep-nodes";
const DEPTH = 100_000;

/** As text, with the depths in their places. */
export const written = (document: Json): string =>
  JSON.stringify(document)
    .replaceAll(`"${DEEP_LIST}"`, () => "[".repeat(DEPTH) + "]".repeat(DEPTH))
    .replaceAll(`"${DEEP_NODES}"`, () => `${'{"nodes":['.repeat(DEPTH)}${"]}".repeat(DEPTH)}`)
    .replaceAll(`"${DEEP_MAP}"`, () => `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`);

// Depths are dear: they are tried less often.
export const hostileJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<Json>(null, true, false, {}, [], [null], [[[]]]) },
  { weight: 9, arbitrary: fc.constantFrom<Json>(...HOSTILE_TEXTS) },
  { weight: 9, arbitrary: fc.constantFrom<Json>(...NUMBERS) },
  { weight: 1, arbitrary: fc.constant<Json>(Array.from({ length: 2_000 }, () => "x")) },
  { weight: 1, arbitrary: fc.constantFrom<Json>(DEEP_LIST, DEEP_MAP, DEEP_NODES) },
  { weight: 5, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json) },
);

/** One place of a document, as a number from 0 to 1. */
export interface Damage {
  readonly where: number;
  readonly how: "replace" | "remove" | "add" | "double";
  readonly value: Json;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  where: fc.nat(999).map((part) => part / 1_000),
  how: fc.constantFrom("replace", "replace", "replace", "remove", "add", "double"),
  value: hostileJson,
});

/** The document with one place damaged; places are counted as they stand in the text. */
export function damaged(document: Json, { where, how, value }: Damage): Json {
  const places = countPlaces(document);
  let left = Math.floor(where * places);
  const visit = (node: Json): Json => {
    left -= 1;
    if (left === -1) return how === "add" && isMap(node) ? { ...node, [String(where)]: value } : value;
    if (Array.isArray(node)) {
      const at = left;
      const items = (node as readonly Json[]).map(visit);
      if (how === "double" && at >= 0 && left < 0) return [...items, ...items];
      return how === "remove" && at >= 0 && left < 0 ? items.slice(1) : items;
    }
    if (!isMap(node)) return node;
    const kept: [string, Json][] = [];
    for (const [key, item] of Object.entries(node)) {
      if (how === "remove" && left === 0) left = -1;
      else kept.push([key, visit(item)]);
    }
    return Object.fromEntries(kept);
  };
  return visit(document);
}

function isMap(node: Json): node is { readonly [key: string]: Json } {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}

function countPlaces(node: Json): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce<number>((sum, item: Json) => sum + countPlaces(item), 1);
}

/** A document's text, perhaps cut, doubled or with bytes of something else in it. */
export const tornText = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .record({
      text,
      at: fc.nat(999).map((part) => part / 1_000),
      what: fc.constantFrom("whole", "whole", "cut", "twice", "put", "drop"),
      put: fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ maxLength: 20, unit: "binary" })),
    })
    .map(({ text: whole, at, what, put }) => {
      const place = Math.floor(at * whole.length);
      switch (what) {
        case "cut":
          return whole.slice(0, place);
        case "twice":
          return whole + whole;
        case "put":
          return whole.slice(0, place) + put + whole.slice(place);
        case "drop":
          return whole.slice(0, place) + whole.slice(place + 1 + Math.floor(at * 20));
        default:
          return whole;
      }
    });

/** Texts of a document that was damaged up to three times. */
export const damagedTexts = (documents: readonly Json[]): fc.Arbitrary<string> =>
  tornText(
    fc
      .tuple(fc.constantFrom(...documents), fc.array(damage, { minLength: 0, maxLength: 3 }))
      .map(([document, harm]) => written(harm.reduce(damaged, document))),
  );
