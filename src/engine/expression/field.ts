/** One step from a value to one of its fields, with what is wrong about it said once for CEL and for `${{ … }}`. */
import type { Finding } from "../../kit/text/diagnostic.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { ANY, type Field, type Shape, shapeName } from "./shape.ts";
import type { ASTNode } from "@marcbachmann/cel-js";

/**
 * Facts that hold at a place: `steps.x` (the key is there) and `steps.x!` (it is not null). They are known because the
 * expression came past a `has(steps.x)` or a `steps.x != null`.
 */
export type Facts = ReadonlySet<string>;

export const NO_FACTS: Facts = new Set();

/** Words for a key that is not there, if the general ones would not help (a later step, a `-` in CEL). */
export type Explain = (path: readonly string[]) => Finding | undefined;

export interface Knowledge {
  readonly facts: Facts;
  /** Facts that follow from others. */
  readonly implied?: (facts: Facts) => Facts;
  readonly explain: Explain;
}

/** A value that is looked into: its shape, and the path that led to it. */
interface Holder {
  readonly shape: Shape;
  readonly path: readonly string[];
}

/** The field `name` of a value. A finding if it cannot be there. */
export function fieldOf({ shape, path }: Holder, name: string, explain: Explain): Field | Finding {
  if (shape.kind === "any") return { shape: ANY, optional: false };
  if (shape.kind !== "object") return noFields(shape, path, name);
  const field = shape.fields.get(name);
  if (field !== undefined) return field;
  if (shape.open) return { shape: ANY, optional: false };
  return explain([...path, name]) ?? unknownField(shape.fields.keys(), path, name);
}

function noFields(shape: Shape, path: readonly string[], name: string): Finding {
  return {
    message: `${quoted(path.join("."))} is ${shapeName(shape)} and has no field ${quoted(name)}`,
    remedy:
      shape.kind === "list"
        ? "Work through a list with for_each, or with all(), exists(), filter(), map() in CEL."
        : "Refer to the value itself.",
  };
}

function unknownField(fields: Iterable<string>, path: readonly string[], name: string): Finding {
  const accepted = [...fields];
  const near = nearest(name, accepted);
  const list = accepted.length === 0 ? "It has no fields." : `There are: ${accepted.join(", ")}.`;
  const whole =
    path.length === 0 ? `there is no ${quoted(name)} here` : `${quoted(path.join("."))} has no field ${quoted(name)}`;
  return { message: whole, remedy: near === undefined ? list : `Did you mean "${near}"? ${list}` };
}

/** A finding if the key at `path` may be absent and nothing before has made sure that it is there. */
export function absence(field: Field, path: readonly string[], facts: Facts): Finding | undefined {
  const name = path.join(".");
  if (!field.optional || facts.has(name)) return undefined;
  return {
    message: `${quoted(name)} may be absent here`,
    remedy: `Guard it: \`has(${name}) && …\` in CEL; for a reference, give the step \`when: has(${name})\`.`,
  };
}

/** A finding if the value at `path` may be null and nothing before has excluded that. */
export function nullness(shape: Shape, path: readonly string[], facts: Facts): Finding | undefined {
  const name = path.join(".");
  if (shape.nullable !== true || facts.has(`${name}!`)) return undefined;
  return {
    message: `${quoted(name)} may be null here`,
    remedy: `Guard it: \`${name} != null && …\` in CEL; for a reference, give the step \`when: ${name} != null\`.`,
  };
}

export function isFinding(found: Field | Finding): found is Finding {
  return "message" in found;
}

/** Follows a whole path; the shape it ends in, or what is wrong and at which part of the path. */
export function follow(
  scope: Shape,
  path: readonly string[],
  { facts, explain }: Knowledge,
): { readonly shape: Shape } | { readonly finding: Finding; readonly part: number } {
  let shape = scope;
  for (const [part, name] of path.entries()) {
    const walked = path.slice(0, part);
    const isNull = nullness(shape, walked, facts);
    if (isNull !== undefined) return { finding: isNull, part: part - 1 };
    const field = fieldOf({ shape, path: walked }, name, explain);
    if (isFinding(field)) return { finding: field, part };
    const absent = absence(field, [...walked, name], facts);
    if (absent !== undefined) return { finding: absent, part };
    shape = field.shape;
  }
  return { shape: facts.has(`${path.join(".")}!`) ? { ...shape, nullable: false } : shape };
}

/** The path that a node names without any computing: `a.b["c"]`; undefined for everything else. */
export function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [object, key] = node.args;
  const name =
    typeof key === "string" ? key : key.op === "value" && typeof key.args === "string" ? key.args : undefined;
  const path = name === undefined ? undefined : pathOf(object);
  return path === undefined || name === undefined ? undefined : [...path, name];
}

/** Facts that hold if `node` evaluated to `outcome`. */
export function factsOf(node: ASTNode, outcome: boolean): Facts {
  switch (node.op) {
    case "call":
      return node.args[0] === "has" && outcome ? presence(node.args[1][0]) : NO_FACTS;
    case "!_":
      return factsOf(node.args, !outcome);
    case "&&":
    case "||": {
      const [left, right] = [factsOf(node.args[0], outcome), factsOf(node.args[1], outcome)];
      const both = (node.op === "&&") === outcome;
      return both ? union(left, right) : new Set([...left].filter((fact) => right.has(fact)));
    }
    case "!=":
    case "==":
      return (node.op === "!=") === outcome ? notNull(node.args[0], node.args[1]) : NO_FACTS;
    default:
      return NO_FACTS;
  }
}

export function union(...all: readonly Facts[]): Facts {
  return new Set(all.flatMap((facts) => [...facts]));
}

function presence(node: ASTNode | undefined): Facts {
  const path = node === undefined ? undefined : pathOf(node);
  return path === undefined ? NO_FACTS : new Set([path.join(".")]);
}

function notNull(left: ASTNode, right: ASTNode): Facts {
  const other = isNull(left) ? right : isNull(right) ? left : undefined;
  const path = other === undefined ? undefined : pathOf(other);
  return path === undefined ? NO_FACTS : new Set([`${path.join(".")}!`]);
}

function isNull(node: ASTNode): boolean {
  return node.op === "value" && node.args === null;
}
