/**
 * Reads one YAML document into located values. Warnings are errors; tags, directives, unused anchors, duplicate
 * keys and unseen characters are refused, so that what a reviewer sees is what the program gets.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Finding } from "../text/diagnostic.ts";
import { firstObeyed, quoted } from "../text/printable.ts";
import type { Findings } from "./findings.ts";
import type { Located, LocatedEntry, LocatedScalar } from "./located.ts";
import { BARE_REFERENCE, numberFinding, QUOTE_OR_BLOCK, syntaxFinding, tagFinding } from "./traps.ts";

/** No document may be larger. */
export const MOST_BYTES = 1024 * 1024;
const DEEPEST = 32;

/** Undefined if there is nothing to go on with; what is wrong has been added to the findings. */
export function readYaml(findings: Findings): Located | undefined {
  const { text } = findings;
  if (Buffer.byteLength(text) > MOST_BYTES)
    return refuse(findings, 0, {
      message: "the document is larger than 1 MiB",
      remedy: "Split it, or move data out of it.",
    });
  const hidden = firstObeyed(text.startsWith("\ufeff") ? text.slice(1) : text.replaceAll("\r\n", " \n"));
  if (hidden >= 0)
    return refuse(findings, hidden, {
      message: "the document holds a control character",
      remedy: "Delete that character.",
    });
  const nested = tooDeep(text);
  if (nested >= 0)
    return refuse(findings, nested, { message: "the document is nested too deeply", remedy: "Flatten it." });
  return convertDocument(findings, parse(findings));
}

const PARSING = {
  prettyErrors: false,
  uniqueKeys: false,
  // "silent" would also keep quiet about a second document.
  logLevel: "error",
  stringKeys: false,
} as const;
/** Each costs another reading: a document with more of them, or a larger one, is then read as it is. */
const MOST_HEALED = 8;
const MOST_TO_HEAL_BYTES = 64 * 1024;

/**
 * An unquoted reference ends a flow mapping or list too early, and the rest would be misread. It is told once, and read
 * as a text of the same length.
 */
function parse(findings: Findings): Document.Parsed {
  let { text } = findings;
  const most = text.length > MOST_TO_HEAL_BYTES ? 0 : MOST_HEALED;
  for (let healed = 0; ; healed += 1) {
    const document = parseDocument(text, PARSING);
    const bare = healed < most ? bareReference(text, document) : undefined;
    if (bare === undefined) return document;
    findings.misread(bare.index, BARE_REFERENCE);
    const instead = `'${"x".repeat(bare[0].length - 2)}'`;
    text = text.slice(0, bare.index) + instead + text.slice(bare.index + instead.length);
  }
}

/** The first one that the parser has stumbled over. */
function bareReference(text: string, { errors }: Document.Parsed): RegExpExecArray | undefined {
  if (errors.length === 0) return undefined;
  for (const found of text.matchAll(/\$\{\{[^{}\n]*\}\}/gu)) {
    const end = found.index + found[0].length;
    if (errors.some(({ pos }) => pos[0] > found.index && pos[0] < end)) return found;
  }
  return undefined;
}

/** Brackets and indentation that would exhaust the parser's stack; strings are counted too, nobody nests that far. */
export function tooDeep(text: string): number {
  let open = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "[" || char === "{") open += 1;
    else if ((char === "]" || char === "}") && open > 0) open -= 1;
    if (open > 8 * DEEPEST) return at;
  }
  const indented = /(?:^|\n)[ ]{512}|(?:[-?:][ ]+){64}/u.exec(text);
  return indented === null ? -1 : indented.index;
}

function refuse(findings: Findings, at: number, finding: Finding): undefined {
  findings.misread(at, finding);
  return undefined;
}

function convertDocument(findings: Findings, document: Document.Parsed): Located | undefined {
  const { text } = findings;
  for (const problem of [...document.errors, ...document.warnings])
    findings.misread(
      problem.pos[0],
      syntaxFinding(problem.code, problem.message, text.slice(problem.pos[0], problem.pos[1])),
    );
  if (document.directives.docStart === true && /^%/mu.test(text.slice(0, document.contents?.range[0] ?? 0)))
    refuse(findings, 0, {
      message: "a `%` directive changes how the document is read",
      remedy: "Remove the directive.",
    });
  if (document.contents === null)
    return refuse(findings, 0, { message: "the document is empty", remedy: "Write it, or name another file." });
  return new Converter(findings, document).convertAll(document.contents);
}

/** Aliases multiply what a document says; this many values are more than any honest one holds. */
const MOST_VALUES = 50_000;

class Converter {
  readonly #findings: Findings;
  readonly #anchors = new Map<string, number>();
  readonly #used = new Set<string>();
  readonly #targets: ReadonlyMap<Alias, unknown>;
  #values = 0;

  constructor(findings: Findings, document: Document.Parsed) {
    this.#findings = findings;
    this.#targets = targetsOf(document);
  }

  convertAll(contents: unknown): Located {
    const root = this.#convert(contents, 0);
    for (const [name, at] of this.#anchors)
      if (!this.#used.has(name))
        this.#misread(at, `${quoted(`&${name}`)} is read as an anchor that nothing uses`, QUOTE_OR_BLOCK);
    return root;
  }

  #convert(node: unknown, depth: number): Located {
    const at = startOf(node);
    this.#values += 1;
    if (depth > DEEPEST) return this.#nothing(at, "the document is nested too deeply", "Flatten it.");
    if (this.#values > MOST_VALUES)
      return this.#nothing(
        at,
        "the document holds too many values",
        "Write less; each alias counts as what it stands for.",
      );
    if (isAlias(node)) return this.#alias(node, depth);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing(at);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, at);
    if (isScalar(node)) return this.#scalar(node, at);
    if (node.tag !== undefined) this.#findings.misread(at, tagFinding(node.tag));
    return isMap(node) ? this.#map(node, depth) : this.#list(node, depth);
  }

  #alias(node: Alias, depth: number): Located {
    const target = this.#targets.get(node);
    this.#used.add(node.source);
    if (target === undefined)
      return this.#nothing(
        startOf(node),
        `${quoted(`*${node.source}`)} is read as an alias of an anchor that is not there`,
        QUOTE_OR_BLOCK,
      );
    return this.#convert(target, depth + 1);
  }

  #misread(at: number, message: string, remedy: string): void {
    this.#findings.misread(at, { message, remedy });
  }

  #nothing(at: number, message: string, remedy: string): Located {
    this.#misread(at, message, remedy);
    return nothing(at);
  }

  #list(node: YAMLSeq, depth: number): Located {
    return { kind: "list", at: startOf(node), items: node.items.map((item) => this.#convert(item, depth + 1)) };
  }

  #map(node: YAMLMap, depth: number): Located {
    const entries = new Map<string, LocatedEntry>();
    const merged: Located[] = [];
    for (const pair of node.items) {
      const key = this.#key(pair.key, startOf(node));
      if (key === undefined) continue;
      const value = pair.value === null ? nothing(key.at) : this.#convert(pair.value, depth + 1);
      if (key.name === "<<") merged.push(value);
      else if (entries.has(key.name))
        this.#misread(key.at, `the key ${quoted(key.name)} stands here a second time`, "Keep one of the two.");
      else entries.set(key.name, { keyAt: key.at, value });
    }
    for (const from of merged) this.#merge(entries, from);
    return { kind: "map", at: startOf(node), end: node.range?.[1] ?? 0, entries };
  }

  /** `<<: *name`: keys that stand here win over merged ones. */
  #merge(entries: Map<string, LocatedEntry>, from: Located): void {
    if (from.kind === "scalar")
      return this.#misread(
        from.at,
        "`<<` merges a map, and this is none",
        "Write `<<: *name` with the anchor of a map.",
      );
    if (from.kind === "list") for (const one of from.items) this.#merge(entries, one);
    else for (const [key, entry] of from.entries) if (!entries.has(key)) entries.set(key, entry);
  }

  #key(key: unknown, fallback: number): { name: string; at: number } | undefined {
    const at = isScalar(key) || isMap(key) || isSeq(key) ? startOf(key) : fallback;
    if (!isScalar(key) || typeof key.value !== "string") {
      this.#findings.misread(at, {
        message: "a key is not text",
        remedy: "Put the key in quotes, or correct the braces around it (a reference is written `${{ inputs.name }}`).",
      });
      return undefined;
    }
    if (key.value === "__proto__" || key.tag !== undefined || key.anchor !== undefined) {
      this.#findings.misread(at, {
        message: `the key ${quoted(key.value)} cannot stand here`,
        remedy: "Write the keys out; tags and anchors cannot stand before a key.",
      });
      return undefined;
    }
    this.#checkHidden(key.value, at);
    return { name: key.value, at };
  }

  #scalar(node: Scalar, at: number): LocatedScalar {
    const { text } = this.#findings;
    const end = node.range?.[1] ?? at;
    const value = scalarValue(node.value);
    const style = styleOf(node);
    const source = typeof node.source === "string" && style === "plain" ? node.source : text.slice(at, end);
    if (node.tag !== undefined) this.#findings.misread(at, tagFinding(node.tag));
    if (typeof value === "number") {
      const finding = numberFinding(source, value);
      if (finding !== undefined) this.#findings.misread(at, finding);
    }
    if (typeof value === "string") this.#checkHidden(value, at);
    return { kind: "scalar", at, end, value, style, source, commented: typeof node.comment === "string" };
  }

  #checkHidden(value: string, at: number): void {
    if (firstObeyed(value) >= 0)
      this.#findings.misread(at, {
        message: "the text holds a control character",
        remedy: "Remove the escape sequence from it.",
      });
  }
}

/** Of all aliases, in one walk: the library walks the document anew for each. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, unknown> {
  const targets = new Map<Alias, unknown>();
  const anchored = new Map<string, unknown>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchored.get(node.source));
      else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}

function nothing(at: number): LocatedScalar {
  return { kind: "scalar", at, end: at, value: null, style: "plain", source: "", commented: false };
}

function scalarValue(value: unknown): LocatedScalar["value"] {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  // The core schema makes nothing else; a tag that would is refused.
  return null;
}

function styleOf(node: Scalar): LocatedScalar["style"] {
  if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) return "block";
  return node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE ? "quoted" : "plain";
}
