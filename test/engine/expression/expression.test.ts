import { describe, expect, it } from "vitest";
import { z } from "zod";
import { RecoverError } from "../../../src/errors.ts";
import { check, evaluate } from "../../../src/engine/expression/expression.ts";
import { objectShape, shapeOf } from "../../../src/engine/expression/shape.ts";

const OUTPUT = z.object({
  guid: z.string(),
  count: z.number().int(),
  ratio: z.number(),
  plan: z.string().nullable(),
  late: z.string().optional(),
  rows: z.array(z.object({ name: z.string(), size: z.number().int() })),
});
const SCOPE = objectShape([
  [
    "steps",
    objectShape([
      ["a", shapeOf(OUTPUT, "output")],
      ["b", { shape: shapeOf(OUTPUT, "output"), optional: true }],
    ]),
  ],
]);

function messages(text: string, expected: "boolean" | "list" = "boolean"): string[] {
  return check(text, SCOPE, { expected }).problems.map(({ message }) => message);
}

function failure(text: string, scope = {}): RecoverError {
  try {
    evaluate({ text }, scope);
  } catch (error) {
    if (error instanceof RecoverError) return error;
    throw error;
  }
  throw new Error(`"${text}" did not fail`);
}

describe("check", () => {
  it.each([
    "steps.a.count + 1 > 2",
    "steps.a.ratio > 1",
    "steps.a.plan == null",
    "has(steps.b) && steps.b.count > 1",
    "!has(steps.b) || steps.b.count > 1",
    "has(steps.b) ? steps.b.count > 1 : true",
    "has(steps.b) && has(steps.b.late) && steps.b.late > 'x'",
    "steps.a.rows.all(row, row.size > 0)",
    "steps.a['guid'] == 'x'",
    "size(steps.a.rows) == steps.a.count",
    "type(steps.a.count) == int",
  ])("accepts %s", (text) => {
    expect(messages(text)).toEqual([]);
  });

  it.each([
    ["steps.a.gid == 'x'", '"steps.a" has no field "gid"'],
    ["has(steps.c)", '"steps" has no field "c"'],
    ["steps.b.count > 1", '"steps.b" may be absent here'],
    ["has(steps.b) || steps.b.count > 1", '"steps.b" may be absent here'],
    ["steps.a.late == 'x'", '"steps.a.late" may be absent here'],
    ["steps.a.guid.name == 'x'", '"steps.a.guid" is text and has no field "name"'],
    ["steps.a.rows.name == 'x'", '"steps.a.rows" is a list and has no field "name"'],
    ["steps.a.rows.exists(row, row.nam == 'x')", '"row" has no field "nam"'],
    ["steps.a.rows[0].nam == 'x'", '"…" has no field "nam"'],
    ["nothing > 1", 'there is no "nothing" here'],
    ["steps.a.count > 'x'", '"steps.a.count" is a number, compared with text'],
    ["steps.a.rows != 'x'", '"steps.a.rows" is a list, compared with text'],
    ["size(steps.a.rows) == 'x'", "a number is compared with text"],
    ["steps.a.count == true", '"steps.a.count" is a number, compared with true or false'],
    ["steps.a.count + 'x' == 1", "not valid CEL: no such overload: int + string"],
    ["steps.a.guid.matches('[') && steps.a.guid.matches('^a')", '"[" is no regular expression'],
    ["steps.a.guid", "the expression gives text, not true or false"],
    ["steps.a.count >", "not valid CEL: unexpected token: EOF"],
    ["${{ steps.a.count }} > 1", "`${{` stands in a field that is an expression already"],
  ])("says of %s what is wrong", (text, message) => {
    expect(messages(text)).toEqual([message]);
  });

  it("points at the place of the mistake", () => {
    expect(check("true && steps.a.gid == 'x'", SCOPE, { expected: "boolean" }).problems[0]?.at).toBe(16);
  });

  it("reports every wrong reference of an expression at once", () => {
    expect(messages("steps.a.x == 1 || steps.a.y == 2")).toHaveLength(2);
  });

  it("asks for a list if a list is meant", () => {
    expect(messages("steps.a.rows", "list")).toEqual([]);
    expect(messages("steps.a.rows.filter(row, row.size > 1)", "list")).toEqual([]);
    expect(messages("steps.a.count", "list")).toEqual(["the expression gives a number, not a list"]);
  });

  it("refuses expressions that would exhaust the parser", () => {
    expect(messages("(".repeat(1000))).not.toEqual([]);
    expect(messages("!".repeat(5000))).toEqual(["the expression has more than 2000 characters"]);
  });
});

describe("evaluate", () => {
  it("calculates with whole numbers of JSON and gives numbers back", () => {
    expect(evaluate({ text: "n + 1" }, { n: 2 })).toBe(3);
    expect(evaluate({ text: "all.map(i, i * 2)" }, { all: [1, 2] })).toEqual([2, 4]);
    expect(evaluate({ text: "ratio > 1 && size(all) == n" }, { ratio: 1.5, all: ["a"], n: 1 })).toBe(true);
  });

  it("answers has() for what is there and what is not", () => {
    expect(evaluate({ text: "has(steps.a)" }, { steps: { a: {} } })).toBe(true);
    expect(evaluate({ text: "has(steps.b) && steps.b.x > 1" }, { steps: { a: {} } })).toBe(false);
  });

  it("shows the expression with a caret under the place that failed", () => {
    const error = failure("rows.all(row, row.size > 1)", { rows: [{ name: "x" }] });
    expect(error.code).toBe("expression-failed");
    expect(error.message.split("\n")).toEqual([
      "the expression could not be evaluated: no such key: size",
      "    rows.all(row, row.size > 1)",
      "                      ^",
    ]);
  });

  it.each([
    [[1], "a list"],
    [{ b: 1 }, "an object"],
    ["x", "text"],
    [null, "null"],
  ])("says of %j what it is, if it cannot be compared", (a, kind) => {
    expect(failure("steps.a > 1", { steps: { a } }).message).toContain(`"steps.a" is ${kind}, compared with a number`);
  });

  it("does not reach what JavaScript objects inherit", () => {
    expect(failure("steps.constructor == 'x'", { steps: {} }).message).toContain("no such key: constructor");
    expect(evaluate({ text: "has(steps.toString)" }, { steps: {} })).toBe(false);
  });

  it("refuses a result that JSON cannot hold", () => {
    expect(failure("b'bytes'").message).toContain("neither text, number");
    expect(failure("9007199254740993").message).toContain("too large");
  });
});
