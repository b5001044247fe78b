import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { check, evaluate } from "../../../src/engine/expression/expression.ts";
import { objectShape, type Shape } from "../../../src/engine/expression/shape.ts";

const TEXT: Shape = { kind: "string" };
const STEP: Shape = {
  kind: "object",
  open: false,
  fields: new Map([
    ["name", { shape: TEXT, optional: false }],
    ["late", { shape: TEXT, optional: true }],
    ["plan", { shape: { ...objectShape([["id", TEXT]]), nullable: true }, optional: false }],
  ]),
};
const SCOPE = objectShape([
  [
    "steps",
    objectShape([
      ["x", { shape: STEP, optional: true }],
      ["y", { shape: STEP, optional: true }],
    ]),
  ],
]);

/** Every combination of absent steps, absent fields and null values that the shapes allow. */
const STATES = [
  undefined,
  { name: "n", plan: null },
  { name: "n", late: "l", plan: null },
  { name: "n", late: "l", plan: { id: "p" } },
];
const WORLDS = STATES.flatMap((x) =>
  STATES.map((y) => ({ steps: { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) } })),
);

const atom = fc.constantFrom(
  "has(steps.x)",
  "has(steps.y)",
  "has(steps.x.late)",
  "has(steps.y.plan.id)",
  "steps.x.name == 'n'",
  "steps.x.late == 'l'",
  "steps.y.name == 'n'",
  "steps.x.plan != null",
  "steps.x.plan == null",
  "steps.x.plan.id == 'p'",
  "steps.y.plan.id == 'p'",
  "null != steps.y.plan",
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    tie("expression").map((inner) => `!(${inner})`),
    fc
      .tuple(tie("expression"), fc.constantFrom("&&", "||"), tie("expression"))
      .map(([left, op, right]) => `(${left} ${op} ${right})`),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

describe("the check of references", () => {
  it("lets through no expression that could miss a key or meet null at run time", () => {
    let accepted = 0;
    fc.assert(
      fc.property(expression, (text) => {
        if (check(text, SCOPE, { expected: "boolean" }).problems.length > 0) return;
        accepted += 1;
        for (const world of WORLDS) expect(typeof evaluate({ text }, world)).toBe("boolean");
      }),
      { numRuns: inputs(2_000) },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it("says truly what holds if an expression came out true", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const { problems, whenTrue } = check(text, SCOPE, { expected: "boolean" });
        if (problems.length > 0) return;
        for (const world of WORLDS)
          if (evaluate({ text }, world) === true)
            for (const fact of whenTrue) {
              const claim = fact.endsWith("!") ? `${fact.slice(0, -1)} != null` : `has(${fact})`;
              expect(evaluate({ text: claim }, world)).toBe(true);
            }
      }),
      { numRuns: inputs(1_000) },
    );
  });
});
