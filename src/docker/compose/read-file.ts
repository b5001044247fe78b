/**
 * Reads the text of one Compose file into placed nodes. If the text cannot be read, it adds a problem and returns
 * undefined.
 */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLMap } from "yaml";
import { printable, quoted } from "../../kit/text/printable.ts";
import { Lines } from "../../kit/yaml/lines.ts";
import { MOST_BYTES, tooDeep } from "../../kit/yaml/read.ts";
import type { ComposeEntry, ComposeMap, ComposeNode, Place } from "./node.ts";
import type { Problems } from "./problems.ts";

/** Aliases multiply the values of a file; no honest file has more. */
const MOST_VALUES = 20_000;
const DEEPEST = 64;

export function readComposeText(file: string, text: string, problems: Problems): ComposeMap | undefined {
  const start = { file, line: 1, column: 1 };
  const too =
    Buffer.byteLength(text) > MOST_BYTES ? "larger than 1 MiB" : tooDeep(text) >= 0 ? "nested too deeply" : "";
  if (too !== "") {
    problems.add(start, { message: `the file is ${too}`, remedy: "Name the Compose file itself." });
    return undefined;
  }
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
    stringKeys: false,
  });
  const reading = new Reading(file, text, { document, problems });
  const [error] = document.errors;
  if (error !== undefined) {
    problems.add(reading.place(error.pos[0]), {
      message: `the YAML cannot be read: ${printable(error.message)}`,
      remedy: "Correct the file; `docker compose config` shows what Compose makes of it.",
    });
    return undefined;
  }
  const root = reading.convert(document.contents, 0);
  if (root.kind === "map") return root;
  problems.add(start, { message: "the file holds no map", remedy: "Name the Compose file itself." });
  return undefined;
}

class Reading {
  readonly #file: string;
  readonly #lines: Lines;
  readonly #document: Document.Parsed;
  readonly #problems: Problems;
  #values = 0;

  constructor(file: string, text: string, on: { readonly document: Document.Parsed; readonly problems: Problems }) {
    this.#file = file;
    this.#lines = new Lines(text);
    this.#document = on.document;
    this.#problems = on.problems;
  }

  place(offset: number): Place {
    return { file: this.#file, ...this.#lines.placeOf(offset) };
  }

  convert(node: unknown, depth: number): ComposeNode {
    const place = this.place(startOf(node));
    this.#values += 1;
    if (depth > DEEPEST || this.#values > MOST_VALUES) return this.#nothing(place, "the file holds too many values");
    if (isAlias(node)) return this.#alias(node, depth, place);
    const tag = tagOf(node);
    if (isMap(node)) return { kind: "map", place, entries: this.#entries(node, depth), ...tag };
    if (isSeq(node))
      return { kind: "list", place, items: node.items.map((item) => this.convert(item, depth + 1)), ...tag };
    if (!isScalar(node)) return { kind: "scalar", place, text: "", empty: true, plain: true };
    const plain = node.type === undefined || node.type === Scalar.PLAIN;
    return { kind: "scalar", place, text: textOf(node), empty: node.value === null, plain, ...tag };
  }

  #alias(node: Alias, depth: number, place: Place): ComposeNode {
    const target = node.resolve(this.#document);
    if (target === undefined) return this.#nothing(place, `the alias ${quoted(node.source)} names no anchor`);
    return this.convert(target, depth + 1);
  }

  #nothing(place: Place, message: string): ComposeNode {
    this.#problems.add(place, { message, remedy: "Correct the file; `docker compose config` shows what it says." });
    return { kind: "scalar", place, text: "", empty: true, plain: true };
  }

  #entries(node: YAMLMap, depth: number): ReadonlyMap<string, ComposeEntry> {
    const entries = new Map<string, ComposeEntry>();
    const merged: ComposeNode[] = [];
    for (const pair of node.items) {
      const keyPlace = this.place(startOf(pair.key));
      const key = isScalar(pair.key) ? textOf(pair.key) : undefined;
      const value = this.convert(pair.value, depth + 1);
      const found = pair.value === null ? { ...value, place: keyPlace } : value;
      if (key === undefined) this.#nothing(keyPlace, "a key is not text");
      else if (key === "<<") merged.push(found);
      else this.#set(entries, key, { keyPlace, value: found });
    }
    for (const from of merged) mergeInto(entries, from);
    return entries;
  }

  /** Compose v1 takes the last one silently, v2 refuses the file. */
  #set(entries: Map<string, ComposeEntry>, key: string, entry: ComposeEntry): void {
    if (entries.has(key))
      this.#problems.add(entry.keyPlace, {
        message: `the key ${quoted(key)} stands here a second time`,
        remedy: "Keep one of the two: Compose v1 takes the last one, v2 refuses the file.",
      });
    entries.set(key, entry);
  }
}

/** `<<: *name` or a list of them: keys of the map itself win, then those of the first name. */
function mergeInto(entries: Map<string, ComposeEntry>, from: ComposeNode): void {
  if (from.kind === "list") for (const one of from.items) mergeInto(entries, one);
  if (from.kind === "map") for (const [key, entry] of from.entries) if (!entries.has(key)) entries.set(key, entry);
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}

function tagOf(node: unknown): { readonly tag?: string } {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return {};
  return node.tag === undefined || node.tag.startsWith("tag:yaml.org,2002:") ? {} : { tag: node.tag };
}

/** Digits and words as they are written: 1.10 stays "1.10". */
function textOf({ value, source }: Scalar): string {
  if (typeof value === "string") return value;
  return source ?? (typeof value === "number" || typeof value === "boolean" ? String(value) : "");
}
