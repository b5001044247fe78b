/**
 * Reads one YAML document into located values. Warnings are errors; aliases, anchors, tags, directives, merge keys,
 * duplicate keys and unseen characters are refused, so that what a reviewer sees is what the program gets.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { firstHidden, quoted } from "../printable.js";
import type { Findings } from "./findings.js";
import type { Located, LocatedEntry, LocatedScalar } from "./located.js";
import { numberFinding, syntaxFinding, tagFinding } from "./traps.js";

const MOST_BYTES = 1024 * 1024;
const DEEPEST = 32;

/** Undefined where there is nothing to go on with; what is wrong has been added to the findings. */
export function readYaml(findings: Findings): Located | undefined {
  const { text } = findings;
  if (Buffer.byteLength(text) > MOST_BYTES)
    return refuse(findings, 0, "the document is larger than 1 MiB", "Split it, or move data out of it.");
  const hidden = firstHidden(text.startsWith("\ufeff") ? text.slice(1) : text.replaceAll("\r\n", " \n"));
  if (hidden >= 0) return refuse(findings, hidden, "the document holds a control character", "Delete that character.");
  const nested = tooDeep(text);
  if (nested >= 0) return refuse(findings, nested, "the document is nested too deeply", "Flatten it.");
  return convertDocument(
    findings,
    parseDocument(text, {
      lineCounter: findings.lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "silent",
      stringKeys: false,
    }),
  );
}

/** Brackets and indentation that would exhaust the parser's stack; strings are counted too, nobody nests that far. */
function tooDeep(text: string): number {
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

function refuse(findings: Findings, at: number, message: string, remedy: string): undefined {
  findings.misread(at, { message, remedy });
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
    refuse(findings, 0, "a `%` directive changes how the document is read", "Remove the directive.");
  if (document.contents === null)
    return refuse(findings, 0, "the document is empty", "Write it, or name another file.");
  return new Converter(findings).convert(document.contents, 0);
}

class Converter {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  convert(node: unknown, depth: number): Located {
    const at = startOf(node);
    if (depth > DEEPEST) return this.#nothing(at, "the document is nested too deeply", "Flatten it.");
    if (isAlias(node))
      return this.#nothing(
        at,
        "an alias (`*name`) stands here",
        "Write the value out; or quote it if the `*` belongs to it.",
      );
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing(at);
    if (node.anchor !== undefined)
      this.#findings.misread(at, {
        message: "an anchor (`&name`) stands here",
        remedy: "Remove it; quote the value if the `&` belongs to it.",
      });
    if (isScalar(node)) return this.#scalar(node, at);
    if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:"))
      this.#findings.misread(at, tagFinding(node.tag));
    return isMap(node) ? this.#map(node, depth) : this.#list(node, depth);
  }

  #nothing(at: number, message: string, remedy: string): Located {
    this.#findings.misread(at, { message, remedy });
    return nothing(at);
  }

  #list(node: YAMLSeq, depth: number): Located {
    return { kind: "list", at: startOf(node), items: node.items.map((item) => this.convert(item, depth + 1)) };
  }

  #map(node: YAMLMap, depth: number): Located {
    const entries = new Map<string, LocatedEntry>();
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = this.#key(pair.key, startOf(node));
      if (key === undefined) continue;
      if (entries.has(key.name)) {
        this.#findings.misread(key.at, {
          message: `the key ${quoted(key.name)} stands here a second time`,
          remedy: "Keep one of the two.",
        });
        continue;
      }
      entries.set(key.name, {
        keyAt: key.at,
        value: pair.value === null ? nothing(key.at) : this.convert(pair.value, depth + 1),
      });
    }
    return { kind: "map", at: startOf(node), entries };
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
    if (key.value === "<<" || key.value === "__proto__" || key.tag !== undefined || key.anchor !== undefined) {
      this.#findings.misread(at, {
        message: `the key ${quoted(key.value)} cannot stand here`,
        remedy: "Write the keys out; there are no merge keys, tags or anchors.",
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
    if (node.tag !== undefined)
      this.#findings.misread(at, tagFinding(text.slice(Math.max(0, text.lastIndexOf("!", end)), end)));
    if (typeof value === "number") {
      const finding = numberFinding(source, value);
      if (finding !== undefined) this.#findings.misread(at, finding);
    }
    if (typeof value === "string") this.#checkHidden(value, at);
    return { kind: "scalar", at, end, value, style, source, commented: typeof node.comment === "string" };
  }

  #checkHidden(value: string, at: number): void {
    if (firstHidden(value) >= 0)
      this.#findings.misread(at, {
        message: "the text holds a control character",
        remedy: "Remove the escape sequence from it.",
      });
  }
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}

function nothing(at: number): LocatedScalar {
  return { kind: "scalar", at, end: at, value: null, style: "plain", source: "", commented: false };
}

function scalarValue(value: unknown): LocatedScalar["value"] {
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : String(value);
}

function styleOf(node: Scalar): LocatedScalar["style"] {
  if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) return "block";
  return node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE ? "quoted" : "plain";
}
