/**
 * CEL in `when`, `assert`, `until` and `for_each`: checked against the shapes of its scope before a run, evaluated as
 * data during it. Nothing is ever substituted into an expression's text.
 */
import {
  type ASTNode,
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from "@marcbachmann/cel-js";
import type { Json, JsonObject } from "../../action.ts";
import type { Finding } from "../../kit/text/diagnostic.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { printable, quoted } from "../../kit/text/printable.ts";
import { type Facts, factsOf, type Knowledge, NO_FACTS } from "./field.ts";
import { fromCel, scopeToCel } from "./numbers.ts";
import { checkReferences } from "./references.ts";
import { ANY, type Shape } from "./shape.ts";

/** A mistake in an expression, with its offset into the text. */
interface ExpressionProblem extends Finding {
  readonly at: number;
}

interface Checked {
  readonly problems: readonly ExpressionProblem[];
  /** The shape of the result, as far as it is known. */
  readonly shape: Shape;
  /** Facts that hold wherever the expression came out true. */
  readonly whenTrue: Facts;
}

interface CheckOptions extends Partial<Knowledge> {
  readonly expected: "boolean" | "list";
}

const LONGEST = 2000;
const OPTIONS = { homogeneousAggregateLiterals: false, limits: { maxAstNodes: 500, maxDepth: 50 } } as const;
/** Scopes are checked before a run; at run time every value is what it is. */
const RUNTIME = new Environment({ ...OPTIONS, unlistedVariablesAreDyn: true });

/** All that can be wrong with an expression before it runs. `scope` is an object shape: one field per variable. */
export function check(text: string, scope: Shape, options: CheckOptions): Checked {
  const early = beforeParsing(text);
  if (early !== undefined)
    return { problems: [{ ...early, at: Math.max(0, text.indexOf("${{")) }], shape: ANY, whenTrue: NO_FACTS };
  const parsed = parse(text);
  if ("finding" in parsed) return { problems: [parsed.finding], shape: ANY, whenTrue: NO_FACTS };
  const knowledge = { facts: NO_FACTS, explain: () => undefined, ...options };
  const { problems, shape } = checkReferences(parsed.ast, scope, knowledge);
  const whenTrue = factsOf(parsed.ast, true);
  if (problems.length > 0)
    return { problems: problems.map(({ finding, at }) => ({ ...finding, at })), shape, whenTrue };
  const typed = checkTypes(text, scope, options.expected);
  return { problems: typed === undefined ? [] : [typed], shape, whenTrue };
}

/**
 * The value of an expression. Throws `expression-failed` with the expression and a caret under the place: a key that
 * is missing, an operator that has no meaning for what it was given.
 */
export function evaluate(expression: { readonly text: string }, scope: JsonObject): Json {
  try {
    return fromCel(RUNTIME.evaluate(expression.text, scopeToCel(scope)));
  } catch (error) {
    throw evaluationError(expression.text, error);
  }
}

/** True if the expression is false for every scope, as `"" != ""`. */
export function isNeverTrue(text: string): boolean {
  try {
    return RUNTIME.evaluate(text, {}) === false;
  } catch {
    return false;
  }
}

function beforeParsing(text: string): Finding | undefined {
  if (text.includes("${{"))
    return {
      message: "`${{` stands in a field that is an expression already",
      remedy: "Write the path alone: `inputs.name`, not `${{ inputs.name }}`.",
    };
  if (text.length <= LONGEST) return undefined;
  return { message: `the expression has more than ${LONGEST} characters`, remedy: "Move the logic into an action." };
}

function parse(text: string): { readonly ast: ASTNode } | { readonly finding: ExpressionProblem } {
  try {
    return { ast: RUNTIME.parse(text).ast };
  } catch (error) {
    return { finding: problemOf(error, text) };
  }
}

/** cel-js's own checker: overloads and result. References were found good before. */
function checkTypes(text: string, scope: Shape, expected: CheckOptions["expected"]): ExpressionProblem | undefined {
  const environment = new Environment({ ...OPTIONS, unlistedVariablesAreDyn: false });
  if (scope.kind === "object")
    for (const [name, field] of scope.fields) environment.registerVariable({ name, ...celSchema(field.shape) });
  const result = environment.check(text);
  if (!result.valid) return problemOf(result.error, text);
  const type = result.type ?? "dyn";
  const fits = expected === "boolean" ? type === "bool" : type.startsWith("list");
  if (fits || type === "dyn") return undefined;
  return {
    at: 0,
    message: `the expression gives ${kindOf(type)}, not ${expected === "boolean" ? "true or false" : "a list"}`,
    remedy:
      expected === "boolean"
        ? "Compare it with something: `… == …`, `size(…) > 0`."
        : "Name a list, or make one with filter() or map().",
  };
}

function problemOf(error: unknown, text: string): ExpressionProblem {
  const known = error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
  const summary = known ? error.summary : error instanceof Error ? error.message : String(error);
  const at = known ? (error.range?.start ?? error.node?.pos ?? 0) : 0;
  const compared = comparedWrongly(summary, text.slice(at));
  if (compared !== undefined) return { at, ...compared };
  return {
    at,
    message: `not valid CEL: ${printable(summary.charAt(0).toLowerCase() + summary.slice(1))}`,
    remedy: /unexpected character: =/iu.test(summary)
      ? "Write `==` to compare two values."
      : "Correct the expression; operators and functions are those of CEL (`==`, `&&`, `!`, `in`, `has()`, `size()`).",
  };
}

const COMPARED = /no such overload: (.+?) (?:[=!]=|[<>]=?) (.+)$/u;

/** Two values that cannot be compared; `rest`: the expression from there on. A path is named. */
function comparedWrongly(summary: string, rest: string): Finding | undefined {
  const [, left, right] = COMPARED.exec(summary) ?? [];
  if (left === undefined || right === undefined) return undefined;
  const path = /^[\w.]+(?=\s*[=!<>])/u.exec(rest)?.[0];
  const subject = path === undefined ? `${kindOf(left)} is` : `${quoted(path)} is ${kindOf(left)},`;
  return {
    message: `${subject} compared with ${kindOf(right)}`,
    remedy: "Compare values of one kind: of a list its size (`size(…)`), of an object one of its fields.",
  };
}

/** A type of CEL or zod, as it reads in a sentence. */
export function kindOf(type: string): string {
  const bare = type.replace(/^dyn<(.*)>$/u, "$1");
  if (/^(?:list|array)/u.test(bare)) return "a list";
  if (/^(?:map|object|record|\$)/u.test(bare)) return "an object";
  if (/^(?:u?int|double|number)$/u.test(bare)) return "a number";
  return bare.startsWith("bool") ? "true or false" : bare.replace("string", "text");
}

function evaluationError(text: string, error: unknown): RecoverError {
  const { at, message } = problemOf(error, text);
  const reason = message.replace(/^not valid CEL: /u, "");
  const before = printable(text.slice(0, at).replace(/^.*\n/su, "")).length;
  const line = printable(text.split("\n")[text.slice(0, at).split("\n").length - 1] ?? "");
  return refuse(
    "expression-failed",
    `the expression could not be evaluated: ${reason}\n    ${line}\n    ${" ".repeat(before)}^`,
  ).advise("Guard what may be absent with has(); the run's journal shows what the steps before returned.", error);
}

type CelSchema = { [field: string]: string | CelSchema };

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/**
 * A number may come as int or as double, and a nullable value may be null: CEL has no type for "either", so both are
 * `dyn`. Objects with keys that CEL cannot name are plain maps.
 */
function celSchema(shape: Shape): { type: string } | { schema: CelSchema } {
  const type = typeOf(shape);
  return typeof type === "string" ? { type } : { schema: type };
}

function typeOf(shape: Shape): string | CelSchema {
  if (shape.nullable === true) return "dyn";
  switch (shape.kind) {
    case "string":
      return "string";
    case "integer":
      return "int";
    case "boolean":
      return "bool";
    case "list":
      return listOf(shape.items);
    case "object":
      return shape.open || shape.fields.size === 0 || [...shape.fields.keys()].some((name) => !IDENTIFIER.test(name))
        ? "map"
        : Object.fromEntries([...shape.fields].map(([name, field]) => [name, typeOf(field.shape)]));
    default:
      return "dyn";
  }
}

function listOf(items: Shape): string {
  const type = typeOf(items);
  return typeof type === "string" && type !== "map" ? `list<${type}>` : "list<dyn>";
}
