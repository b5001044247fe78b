import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runbookSchema } from "../../../src/engine/runbook/schema.ts";
import { RUNBOOK_KEYS } from "../../../src/engine/runbook/load.ts";
import { STEP_KEYS } from "../../../src/engine/runbook/step.ts";
import { ACTIONS } from "./actions.ts";

interface Generated {
  properties: {
    steps: {
      items: {
        then: { properties: object };
        else: {
          properties: object;
          allOf: { if: { properties: { action: { const: string } } }; then: { properties: { with: object } } }[];
        };
      };
    };
  };
  $defs: object;
}

const SCHEMA = runbookSchema(ACTIONS) as unknown as Generated;
const STEP = SCHEMA.properties.steps.items.else;

function inputSchema(action: string): z.ZodType {
  const rule = STEP.allOf.find((one) => one.if.properties.action.const === action);
  return z.fromJSONSchema({ ...rule?.then.properties.with, $defs: SCHEMA.$defs } as z.core.JSONSchema.JSONSchema);
}

describe("the schema for editors", () => {
  it("knows exactly the keys that the loader knows", () => {
    expect(Object.keys(SCHEMA.properties).sort()).toEqual([...RUNBOOK_KEYS].sort());
    expect(Object.keys(STEP.properties).sort()).toEqual([...STEP_KEYS].sort());
  });

  it("knows an include", () => {
    expect(Object.keys(SCHEMA.properties.steps.items.then.properties)).toEqual(["include", "with"]);
    const named = runbookSchema(ACTIONS, { runbooks: ["drill"] }) as unknown as Generated;
    const include = z.fromJSONSchema(named.properties.steps.items.then as z.core.JSONSchema.JSONSchema);
    const fits = (name: string): boolean => include.safeParse({ include: name }).success;
    expect(["drill", "dril", "beside.yml"].map(fits)).toEqual([true, false, true]);
  });

  it("has one rule per action", () => {
    expect(STEP.allOf.map((one) => one.if.properties.action.const)).toEqual([...ACTIONS.keys()]);
  });

  it.each([
    { name: "a", plan: "b" },
    {
      name: "a",
      plan: "b",
      nodes: 3,
      kind: "small",
      tags: ["x"],
      at: { org: "o", space: "s" },
      parameters: { any: [1] },
    },
    {
      name: "${{ inputs.a }}",
      plan: "b",
      nodes: "${{ inputs.n }}",
      kind: "${{ inputs.k }}",
      tags: "${{ inputs.t }}",
      at: "${{ steps.x.at }}",
    },
    { name: "a", plan: "b", tags: ["${{ inputs.t }}"], at: { org: "${{ inputs.o }}", space: "s" } },
  ])("takes references wherever a value stands: %j", (input) => {
    expect(inputSchema("cf.create-service").safeParse(input).error).toBeUndefined();
  });

  it.each([
    { name: "a" },
    { name: "a", plan: "b", nods: 3 },
    { name: "a", plan: "b", nodes: "3" },
    { name: "a", plan: "b", kind: "medium" },
    { name: "a", plan: "b", at: { org: "o" } },
  ])("refuses what the action does not accept: %j", (input) => {
    expect(inputSchema("cf.create-service").safeParse(input).success).toBe(false);
  });
});
