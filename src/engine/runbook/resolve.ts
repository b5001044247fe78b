/**
 * `${{ path.to.value }}`: references to inputs and outputs, paths only. Values are put together as data; nothing is
 * ever substituted into an expression or a shell line.
 */
import type { Json, JsonObject } from "../../action.ts";
import type { Finding } from "../../kit/text/diagnostic.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Template } from "./runbook.ts";

/** A reference in a text, with its offset. */
export interface ScannedReference {
  readonly path: readonly string[];
  readonly at: number;
}

export interface Scanned {
  readonly parts: readonly (string | ScannedReference)[];
  readonly problems: readonly (Finding & { readonly at: number })[];
}

const OPEN = "${{";
const CLOSE = "}}";
const PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*$/u;
const FORGOTTEN_DOLLAR = /(?<!\$)\{\{\s*(?:inputs|steps|item|run|flags)\b/u;

/** Takes a text apart. A path's step id may be written with `-`; in the scope it has `_`. */
export function scan(text: string): Scanned {
  const parts: (string | ScannedReference)[] = [];
  const problems: (Finding & { readonly at: number })[] = [];
  let at = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
    const close = text.indexOf(CLOSE, open);
    if (close < 0) {
      problems.push({ at: open, message: "`${{` is not closed", remedy: "Write `}}` behind the path." });
      break;
    }
    if (open > at) parts.push(text.slice(at, open));
    const inner = text.slice(open + OPEN.length, close).trim();
    if (PATH.test(inner)) parts.push({ path: pathOf(inner), at: open });
    else problems.push({ at: open, ...notAPath(inner) });
    at = close + CLOSE.length;
  }
  const forgotten = text.search(FORGOTTEN_DOLLAR);
  if (forgotten >= 0)
    problems.push({ at: forgotten, message: "`{{` stands without a `$`", remedy: "Write `${{ … }}` for a reference." });
  if (at < text.length) parts.push(text.slice(at));
  return { parts, problems };
}

function pathOf(inner: string): readonly string[] {
  const [root, ...rest] = inner.split(".");
  const [step, ...fields] = rest;
  return root === "steps" && step !== undefined ? [root, step.replaceAll("-", "_"), ...fields] : [root ?? "", ...rest];
}

function notAPath(inner: string): Finding {
  return {
    message: `${quoted(inner)} is no path`,
    remedy:
      "Only a path such as `inputs.service` or `steps.create.guid` may stand between `${{` and `}}`; put logic into `when` (CEL) or into an action.",
  };
}

/** The template of one text. Throws `runbook-invalid` if a reference is malformed. */
export function parseTemplate(text: string): Template {
  const { parts, problems } = scan(text);
  const [problem] = problems;
  if (problem !== undefined) throw refuse("runbook-invalid", problem.message).advise(problem.remedy);
  return templateOf(text, parts);
}

/** The template of a text that was scanned without problems. */
export function templateOf(text: string, parts: Scanned["parts"]): Template {
  const [first] = parts;
  if (parts.every((part) => typeof part === "string")) return { kind: "literal", value: text };
  if (parts.length === 1 && first !== undefined && typeof first !== "string")
    return { kind: "reference", path: first.path };
  return { kind: "text", parts: parts.map((part) => (typeof part === "string" ? part : { path: part.path })) };
}

/** Every path that a template refers to, in order, repeats included. */
export function references(template: Template): readonly (readonly string[])[] {
  switch (template.kind) {
    case "literal":
      return [];
    case "reference":
      return [template.path];
    case "text":
      return template.parts.flatMap((part) => (typeof part === "string" ? [] : [part.path]));
    case "list":
      return template.items.flatMap(references);
    case "map":
      return Object.values(template.entries).flatMap(references);
  }
}

/**
 * The value of a template. A whole reference keeps its type; inside text only text, numbers and booleans may stand.
 * Throws `expression-failed`, naming the path, if a value is missing or does not fit.
 */
export function resolve(template: Template, scope: JsonObject): Json {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "reference":
      return lookUp(template.path, scope);
    case "text":
      return template.parts.map((part) => (typeof part === "string" ? part : textOf(part.path, scope))).join("");
    case "list":
      return template.items.map((item) => resolve(item, scope));
    case "map":
      return resolveAll(template.entries, scope);
  }
}

/** The `with` of a step. */
export function resolveAll(entries: Readonly<Record<string, Template>>, scope: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entries).map(([key, item]) => [key, resolve(item, scope)]));
}

function lookUp(path: readonly string[], scope: JsonObject): Json {
  let value: Json = scope;
  for (const [index, key] of path.entries()) {
    const next: Json | undefined = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (next === undefined) throw missing(path, index);
    value = next;
  }
  return value;
}

function missing(path: readonly string[], index: number): RecoverError {
  const reached = path.slice(0, index + 1).join(".");
  return refuse(
    "expression-failed",
    `there is no ${quoted(reached)} for the reference ${quoted(path.join("."))}`,
  ).advise("A step that was skipped has no output: give the step that refers to it a `when: has(…)`.");
}

function textOf(path: readonly string[], scope: JsonObject): string {
  const value = lookUp(path, scope);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  const what = value === null ? "null" : Array.isArray(value) ? "a list" : "a map";
  throw refuse("expression-failed", `${quoted(path.join("."))} is ${what} and cannot stand inside a text`).advise(
    "Refer to one of its fields, or let the reference be the whole value.",
  );
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
