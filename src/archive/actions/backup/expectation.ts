/** Whether the answer of a sanity query is the expected one: a CEL expression over `rows` and `value`. */
import type { Json } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { check, evaluate } from "../../../engine/expression/expression.ts";
import { ANY, objectShape } from "../../../engine/expression/shape.ts";

/** The answer of a query. */
export interface Returned {
  readonly rows: number;
  /** The first column of the first row: a number, a truth value or a text; null for none, and for NULL. */
  readonly value: Json;
}

export interface Expectation {
  readonly text: string;
  /** Errors: `could-not-test` if the expression has no meaning for the answer. */
  readonly holds: (returned: Returned) => boolean;
}

const SCOPE = objectShape([
  ["rows", { kind: "integer" }],
  ["value", ANY],
]);

/**
 * "" asks for a row whose first value is not 0, false, empty or NULL: `select count(*) …` returns one row of an empty
 * table as well, so that `rows > 0` would hold for it. Errors: `input-invalid`.
 */
export function expectationOf(text: string): Expectation {
  if (text === "") return { text: "rows > 0, and no single 0", holds: isSomething };
  const [problem] = check(text, SCOPE, { expected: "boolean" }).problems;
  if (problem !== undefined)
    throw refuse("input-invalid", `the expectation "${text}" cannot be used: ${problem.message}`)
      .at("input expect")
      .advise(
        `${problem.remedy} It sees "rows", how many there are, and "value", the first of them: rows > 0, value >= 1000.`,
      );
  return { text, holds: (returned) => holds(text, returned) };
}

function isSomething({ rows, value }: Returned): boolean {
  if (rows === 0) return false;
  return rows > 1 || (value !== 0 && value !== false && value !== null && value !== "");
}

function holds(text: string, { rows, value }: Returned): boolean {
  try {
    return evaluate({ text }, { rows, value }) === true;
  } catch (cause) {
    // An empty answer satisfies no comparison.
    if (value === null) return false;
    throw refuse("could-not-test", `the expectation "${text}" has no meaning for ${JSON.stringify(value)}`)
      .at("input expect")
      .advise("Compare numbers with numbers and texts with texts: --input expect='value > 0'.", cause);
  }
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** One line of COPY … TO STDOUT in text format (PostgreSQL, COPY, "Text Format"). */
export function returnedOf(lines: readonly (readonly string[])[]): Returned {
  const first = lines[0]?.[0];
  return { rows: lines.length, value: first === undefined ? null : valueOf(first) };
}

function valueOf(text: string): Json {
  if (text === "\\N") return null;
  if (text === "t" || text === "f") return text === "t";
  return NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
