/**
 * The JSON Schema of runbooks for editors (draft 2020-12), generated from the actions: one declaration of what may be
 * written, checked in full only by `load.ts`.
 */
import { z } from "zod";
import { type AnyAction, EFFECTS } from "../../action.ts";
import { type Shape, shapeName, shapeOf } from "../expression/shape.ts";
import { type Fields, isFields } from "../../kit/json.ts";
import { INPUT_TYPES } from "./inputs.ts";
import { RUNBOOK_SCHEMA } from "./load.ts";
import type { Actions } from "./step.ts";

type Schema = Fields;

const TEXT: Schema = { type: "string", minLength: 1 };
const CEL: Schema = { type: "string", minLength: 1, not: { pattern: "\\$\\{\\{" } };
const TEMPLATE: Schema = { $ref: "#/$defs/template" };
const WORDS = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

/**
 * `known`: every action that a runbook may name, or only the shipped ones; beside them, own ones of other systems may
 * stand. `runbooks` are the shipped ones, which an include may name; without them it may have each name.
 */
export function runbookSchema(
  actions: Actions,
  { known = "all", runbooks = [] }: { readonly known?: "all" | "shipped"; readonly runbooks?: readonly string[] } = {},
): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A runbook of dingo-recover",
    ...closed(
      {
        schema: { const: RUNBOOK_SCHEMA },
        name: { type: "string", pattern: WORDS },
        version: TEXT,
        title: TEXT,
        target: { ...TEXT, description: "What is typed to confirm; references in ${{ … }}." },
        locks: { type: "array", items: { type: "string" } },
        inputs: {
          type: "object",
          propertyNames: { pattern: "^[a-z][a-z0-9_]*$" },
          additionalProperties: inputSchema(),
        },
        steps: { type: "array", minItems: 1, items: orInclude(stepSchema(actions, known), runbooks) },
      },
      ["schema", "name", "version", "title", "target", "steps"],
    ),
    $defs: {
      template: {
        type: "string",
        pattern: "\\$\\{\\{",
        description: "A reference: ${{ inputs.NAME }}, ${{ steps.STEP.FIELD }}.",
      },
    },
  };
}

function closed(properties: Schema, required: readonly string[]): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

function inputSchema(): Schema {
  const scalar = { type: ["string", "integer", "boolean", "null", "array"], items: { type: "string" } };
  return closed({ type: { enum: INPUT_TYPES }, prompt: TEXT, default: scalar }, ["type", "prompt"]);
}

function stepSchema(actions: Actions, known: "all" | "shipped"): Schema {
  const named = { oneOf: [...actions.values()].map((one) => ({ const: one.id, description: descriptionOf(one) })) };
  const properties = {
    id: { type: "string", pattern: WORDS },
    title: TEXT,
    action: known === "all" ? named : { anyOf: [named, ownAction(actions)] },
    with: { type: "object" },
    when: { ...CEL, description: "CEL; the step is skipped if it is false." },
    assert: { ...CEL, description: "CEL; checked after the step, false fails it." },
    until: { ...CEL, description: "CEL; a reading step is repeated until it holds." },
    timeout: { type: "string", pattern: "^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$" },
    for_each: { ...CEL, description: "CEL; a list: the step runs once for each item." },
    holds_until: { type: "string", pattern: WORDS },
    effect: { enum: EFFECTS, description: "Raises what the action declares." },
  };
  return {
    ...closed(properties, ["id", "title", "action"]),
    dependentRequired: { until: ["timeout"], timeout: ["until"] },
    allOf: [...actions.values()].map(whenAction),
  };
}

/** With what `steps.ID` of a step with this action has. */
function descriptionOf({ title, effect, output }: AnyAction): string {
  const shape = shapeOf(output, "output");
  const fields = shape.kind === "object" ? [...shape.fields] : [];
  const told = fields.map(([name, field]) => `${name}: ${typeOf(field.shape)}${field.optional ? ", if any" : ""}`);
  return `${title} (${effect}). ${told.length === 0 ? "No output" : `Output: ${told.join("; ")}`}.`;
}

const typeOf = (shape: Shape): string => `${shapeName(shape)}${shape.nullable === true ? " or null" : ""}`;

function ownAction(actions: Actions): Schema {
  const systems = new Set([...actions.keys()].map((id) => id.split(".")[0]));
  return {
    type: "string",
    pattern: `^(?!(?:${[...systems].join("|")})\\.)[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$`,
    description: "An action of your own. `schema --with-actions` says what it takes and gives.",
  };
}

/** Steps of another runbook, resolved before anything is loaded (`compose.ts`). */
function orInclude(step: Schema, runbooks: readonly string[]): Schema {
  const named = runbooks.length === 0 ? TEXT : { anyOf: [{ enum: runbooks }, { type: "string", pattern: "[/.]" }] };
  const include = closed(
    {
      include: { ...named, description: "Name of a shipped runbook, or a file: its steps stand here." },
      with: { type: "object", description: "Its inputs; those that are left out have their defaults." },
    },
    ["include"],
  );
  return { if: { required: ["include"] }, then: include, else: step };
}

function whenAction(action: AnyAction): Schema {
  const input = withTemplates(z.toJSONSchema(action.input, { io: "input", unrepresentable: "any" }), false);
  const required = Array.isArray(input["required"]) && input["required"].length > 0 ? { required: ["with"] } : {};
  return {
    if: { properties: { action: { const: action.id } }, required: ["action"] },
    then: { properties: { with: input }, ...required },
  };
}

/** The schema with a reference allowed wherever a value stands; objects take no keys but their own. */
function withTemplates(schema: Schema, orTemplate = true): Schema {
  if (schema["$ref"] !== undefined) return {};
  const { $schema: _draft, $defs: _definitions, ...rest } = schema;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inside(key, value)]));
  const own =
    rest["type"] === "object" && rest["properties"] !== undefined ? { additionalProperties: false, ...inner } : inner;
  const anyText = rest["type"] === "string" && Object.keys(rest).length === 1;
  return !orTemplate || anyText || Object.keys(rest).length === 0 ? own : { anyOf: [own, TEMPLATE] };
}

function inside(key: string, value: unknown): unknown {
  if (key === "properties" && isFields(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, isFields(one) ? withTemplates(one) : one]),
    );
  if ((key === "items" || key === "additionalProperties") && isFields(value)) return withTemplates(value);
  if ((key === "anyOf" || key === "oneOf" || key === "allOf") && Array.isArray(value))
    return value.map((one: unknown) => (isFields(one) ? withTemplates(one, false) : one));
  return value;
}
