/** Which facts (see field.ts) are known once a CEL expression has come out true or false. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { type Facts, NO_FACTS } from "./field.ts";

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

/** Facts that hold where `node` evaluated to `outcome`. */
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
