/**
 * Walks a CEL expression and checks every reference against the shapes of its scope: does the name exist, may it be
 * absent or null here? Follows list elements through macros, where cel-js's own checker does not look (8.0).
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import type { Finding } from "../../kit/text/diagnostic.ts";
import { absence, type Facts, factsOf, fieldOf, isFinding, type Knowledge, nullness, pathOf, union } from "./field.ts";
import { ANY, type Shape } from "./shape.ts";
import { quoted } from "../../kit/text/printable.ts";

interface Misreference {
  readonly finding: Finding;
  /** Offset into the expression. */
  readonly at: number;
}

interface Place {
  readonly facts: Facts;
  /** Variables that macros bind. */
  readonly bound: ReadonlyMap<string, Shape>;
}

interface Value {
  readonly shape: Shape;
  readonly path?: readonly string[];
}

const UNKNOWN: Value = { shape: ANY };
/** CEL's own names for types, as in `type(x) == string`. */
const TYPE_NAMES = new Set(["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"]);
const MACROS = new Set(["all", "exists", "exists_one", "map", "filter"]);

/** The mistakes of the references, and the shape of the whole if it is itself a path. */
export function checkReferences(
  node: ASTNode,
  scope: Shape,
  knowledge: Knowledge,
): { readonly problems: readonly Misreference[]; readonly shape: Shape } {
  const walker = new Walker(scope, knowledge);
  const { shape } = walker.visit(node, { facts: knowledge.facts, bound: new Map() });
  return { problems: walker.problems, shape };
}

class Walker {
  readonly problems: Misreference[] = [];
  readonly #scope: Shape;
  readonly #knowledge: Knowledge;

  constructor(scope: Shape, knowledge: Knowledge) {
    this.#scope = scope;
    this.#knowledge = knowledge;
  }

  visit(node: ASTNode, place: Place): Value {
    switch (node.op) {
      case "value":
        return UNKNOWN;
      case "id":
        return this.#name(node, node.args, place);
      case ".":
        return this.#certain(this.#select(node, node.args, place), node, place);
      case "[]":
        return this.#index(node, node.args, place);
      case "&&":
      case "||":
        return this.#logic(node.op, node.args, place);
      case "?:":
        return this.#choice(node.args, place);
      case "call":
        return this.#call(node.args, place);
      case "rcall":
        return this.#method(node.args, place);
      case "-":
        return this.#minus(node.args, place);
      default:
        return this.#children(node.args, place);
    }
  }

  #name(node: ASTNode, name: string, place: Place): Value {
    const bound = place.bound.get(name) ?? (TYPE_NAMES.has(name) ? ANY : undefined);
    if (bound !== undefined) return { shape: bound, path: [name] };
    return this.#certain(this.#field({ shape: this.#scope, path: [] }, name, node), node, place);
  }

  /** The field with its optionality, or a problem that was noted. */
  #field(from: Value, name: string, node: ASTNode): Value & { readonly optional: boolean } {
    const path = from.path ?? ["…"];
    const field = fieldOf({ shape: from.shape, path }, name, this.#knowledge.explain);
    if (!isFinding(field)) return { ...field, ...(from.path === undefined ? {} : { path: [...path, name] }) };
    this.problems.push({ finding: field, at: node.pos });
    return { shape: ANY, optional: false };
  }

  #select(
    node: ASTNode,
    [object, name]: readonly [ASTNode, string],
    place: Place,
  ): Value & { readonly optional: boolean } {
    const from = this.visit(object, place);
    if (from.path !== undefined) this.#note(nullness(from.shape, from.path, place.facts), object);
    return this.#field(from, name, node);
  }

  #certain(value: Value & { readonly optional: boolean }, node: ASTNode, place: Place): Value {
    if (value.path !== undefined) this.#note(absence(value, value.path, place.facts), node);
    return value;
  }

  #note(finding: Finding | undefined, node: ASTNode): void {
    if (finding !== undefined) this.problems.push({ finding, at: node.pos });
  }

  #index(node: ASTNode, [object, key]: readonly [ASTNode, ASTNode], place: Place): Value {
    if (key.op === "value" && typeof key.args === "string")
      return this.#certain(this.#select(node, [object, key.args], place), node, place);
    const from = this.visit(object, place);
    this.visit(key, place);
    return from.shape.kind === "list" ? { shape: from.shape.items } : UNKNOWN;
  }

  /** `steps.create-service` reads as a difference: if the left side is wrong, the right one says nothing more. */
  #minus([left, right]: readonly [ASTNode, ASTNode], place: Place): Value {
    const before = this.problems.length;
    this.visit(left, place);
    if (this.problems.length === before) this.visit(right, place);
    return UNKNOWN;
  }

  #logic(op: "&&" | "||", [left, right]: readonly [ASTNode, ASTNode], place: Place): Value {
    this.visit(left, place);
    this.visit(right, { ...place, facts: this.#with(place, left, op === "&&") });
    return UNKNOWN;
  }

  #choice([condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], place: Place): Value {
    this.visit(condition, place);
    this.visit(yes, { ...place, facts: this.#with(place, condition, true) });
    this.visit(no, { ...place, facts: this.#with(place, condition, false) });
    return UNKNOWN;
  }

  #with(place: Place, condition: ASTNode, outcome: boolean): Facts {
    const facts = union(place.facts, factsOf(condition, outcome));
    return this.#knowledge.implied?.(facts) ?? facts;
  }

  #call([name, args]: readonly [string, readonly ASTNode[]], place: Place): Value {
    const [subject] = args;
    if (name !== "has" || subject === undefined) return this.#children(args, place);
    // The last key may be absent: that is the question.
    if (subject.op === ".") this.#select(subject, subject.args, place);
    else this.visit(subject, place);
    return UNKNOWN;
  }

  #method([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], place: Place): Value {
    if (name === "bind" && pathOf(receiver)?.join(".") === "cel") return this.#bind(args, place);
    const from = this.visit(receiver, place);
    const [variable, ...rest] = args;
    if (name === "matches" && variable?.op === "value") this.#note(brokenPattern(variable.args), variable);
    if (!MACROS.has(name) || variable?.op !== "id") return this.#children(args, place);
    const element = from.shape.kind === "list" ? from.shape.items : ANY;
    this.#children(rest, { ...place, bound: new Map([...place.bound, [variable.args, element]]) });
    return name === "filter" ? { shape: from.shape } : UNKNOWN;
  }

  #bind([variable, value, body]: readonly ASTNode[], place: Place): Value {
    const bound = value === undefined ? UNKNOWN : this.visit(value, place);
    if (variable?.op === "id" && body !== undefined)
      this.visit(body, { ...place, bound: new Map([...place.bound, [variable.args, bound.shape]]) });
    return UNKNOWN;
  }

  #children(args: unknown, place: Place): Value {
    if (Array.isArray(args)) for (const one of args) this.#children(one, place);
    else if (isNode(args)) this.visit(args, place);
    return UNKNOWN;
  }
}

/** A run would end at it. */
function brokenPattern(pattern: unknown): Finding | undefined {
  if (typeof pattern !== "string") return undefined;
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    const remedy = 'Correct it; a character that stands for itself has two backslashes before it: `"\\\\["`.';
    return { message: `${quoted(pattern)} is no regular expression`, remedy };
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value && "pos" in value;
}
