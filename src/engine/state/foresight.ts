/** Inputs and commands of steps that have not run yet: what is unknown stands there as `<step.field>`. Pure. */
import { z } from "zod";
import type { Json, JsonObject, PrintedCommand } from "../../action.ts";
import { sha256 } from "../journal/line.ts";
import { ifKnown, placeholder, placeholderIn, UnknownValue } from "../../kit/commands/placeholder.ts";
import type { Template } from "../runbook/runbook.ts";
import type { Evaluator } from "./evaluator.ts";
import { itemKeys } from "./items.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import { has } from "./scope.ts";
import type { Unit } from "./state.ts";

/** A unit as it would run now. */
export interface ForeseenUnit {
  readonly unit: Unit;
  readonly item?: Json;
  readonly input: JsonObject;
  /** False if a reference had no value yet. */
  readonly known: boolean;
  readonly commands: readonly PrintedCommand[];
}

export interface Foresight {
  /** The id of the run; `RUN` if there is none. */
  readonly run: string;
  readonly plan: Plan;
  readonly evaluator: Evaluator;
  readonly scope: JsonObject;
  /** Ids of steps that have no output and never will: that is known too. */
  readonly skipped: ReadonlySet<string>;
}

/** "unknown" if the condition hangs on a step that has not run. */
export function foreseeWhen(at: Foresight, planned: PlannedStep): boolean | "unknown" {
  const { when } = planned.step;
  if (when === undefined) return true;
  return knows(at, when.text) ? at.evaluator.evaluate(when, at.scope) === true : "unknown";
}

/** One per item; a single one with unknown values if the items are not known yet. */
export function foreseeUnits(at: Foresight, planned: PlannedStep): readonly ForeseenUnit[] {
  const { step } = planned;
  if (step.forEach === undefined) return [foresee(at, planned, { unit: { step: step.id } })];
  const list = knows(at, step.forEach.text) ? at.evaluator.evaluate(step.forEach, at.scope) : undefined;
  if (!Array.isArray(list)) return [{ ...foresee(at, planned, { unit: { step: step.id } }), known: false }];
  const items = list as readonly Json[];
  return itemKeys(items).map((key, index) => {
    const item = items[index] ?? null;
    return foresee({ ...at, scope: { ...at.scope, item } }, planned, { unit: { step: step.id, item: key }, item });
  });
}

function foresee(at: Foresight, planned: PlannedStep, { unit, item }: { unit: Unit; item?: Json }): ForeseenUnit {
  const { known, template } = withPlaceholders(at, { kind: "map", entries: planned.step.with });
  const input = at.evaluator.resolve(template, at.scope) as JsonObject;
  const commands = describe(planned, { input, known, run: at.run });
  return { unit, input, known, commands, ...(item === undefined ? {} : { item }) };
}

function describe(
  { step: { action } }: PlannedStep,
  { input, known, run }: Pick<ForeseenUnit, "input" | "known"> & Pick<Foresight, "run">,
): readonly PrintedCommand[] {
  const { title } = action;
  if (known) {
    const parsed = action.input.safeParse(input);
    return described(title, () => action.describe(parsed.success ? parsed.data : (input as never), run));
  }
  const first = placeholderIn(JSON.stringify(input)) ?? "its input";
  try {
    const commands = described(title, () => action.describe(unknownInput(action.input, input) as never, run));
    // Of a value of any type an action may read a field: a placeholder has none.
    const misread = commands.some(({ on, line }) => /\bundefined\b/.test(`${on} ${line}`));
    return misread ? [toldLater(title, first)] : commands;
  } catch {
    return [toldLater(title, first)];
  }
}

/** The commands; a line that says so if they cannot be told before a value is known. */
export function described(title: string, describe: () => readonly PrintedCommand[]): readonly PrintedCommand[] {
  const commands = ifKnown(describe);
  return commands instanceof UnknownValue ? [toldLater(title, commands.placeholder)] : commands;
}

const toldLater = (title: string, unknown: string): PrintedCommand => ({
  on: "here",
  line: `# ${title}: its commands are known once ${unknown} is`,
});

/**
 * Texts and numbers become their placeholders, to be printed. A list, an object, a flag or a choice has no such text: a
 * reader of one that is not known yet gets an `UnknownValue`. Absent fields have their default.
 */
export function unknownInput(schema: z.ZodType, input: JsonObject): JsonObject {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data as JsonObject;
  const found = { ...defaultsOf(schema, input), ...input };
  for (const [field, unknown] of opaqueFields(parsed.error.issues, input))
    Object.defineProperty(found, field, {
      enumerable: true,
      get: () => {
        throw new UnknownValue(unknown);
      },
    });
  return found;
}

function defaultsOf(schema: z.ZodType, input: JsonObject): JsonObject {
  if (!(schema instanceof z.ZodObject)) return {};
  const missing = Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([field, one]) => {
    const value = field in input ? undefined : one.safeParse(undefined).data;
    return value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(missing) as JsonObject;
}

function opaqueFields(issues: readonly z.core.$ZodIssue[], input: JsonObject): ReadonlyMap<string, string> {
  const opaque = issues.filter(
    (issue) =>
      issue.code === "invalid_union" ||
      issue.code === "invalid_value" ||
      (issue.code === "invalid_type" && issue.expected !== "string" && issue.expected !== "number"),
  );
  const fields = opaque.flatMap(({ path: [field] }) => {
    const unknown = typeof field === "string" ? placeholderIn(JSON.stringify(input[field] ?? null)) : undefined;
    return typeof field === "string" && unknown !== undefined ? [[field, unknown] as const] : [];
  });
  return new Map(fields);
}

export function hashCommands(commands: readonly PrintedCommand[]): string {
  return sha256(JSON.stringify(commands));
}

/** Whether every step that an expression names has run or was skipped. Expressions are opaque here but for names. */
function knows(at: Foresight, text: string): boolean {
  return at.plan.steps.every(
    ({ key, step }) =>
      !new RegExp(`\\bsteps\\.${key}\\b`).test(text) || has(at.scope, ["steps", key]) || at.skipped.has(step.id),
  );
}

interface Placed {
  readonly template: Template;
  readonly known: boolean;
}

function withPlaceholders(at: Foresight, template: Template): Placed {
  switch (template.kind) {
    case "literal":
      return { template, known: true };
    case "reference":
      return has(at.scope, template.path)
        ? { template, known: true }
        : { template: { kind: "literal", value: placeholderOf(at.plan, template.path) }, known: false };
    case "text": {
      const missing = template.parts.filter((part) => typeof part !== "string" && !has(at.scope, part.path));
      const parts = template.parts.map((part) =>
        typeof part === "string" || has(at.scope, part.path) ? part : placeholderOf(at.plan, part.path),
      );
      return { template: { kind: "text", parts }, known: missing.length === 0 };
    }
    case "list": {
      const items = template.items.map((item) => withPlaceholders(at, item));
      return {
        template: { kind: "list", items: items.map((item) => item.template) },
        known: items.every((item) => item.known),
      };
    }
    case "map": {
      const entries = Object.entries(template.entries).map(([key, item]) => [key, withPlaceholders(at, item)] as const);
      return {
        template: { kind: "map", entries: Object.fromEntries(entries.map(([key, item]) => [key, item.template])) },
        known: entries.every(([, item]) => item.known),
      };
    }
  }
}

/** `<create-service.guid>`: the step as the runbook writes it; of a whole output `<steps.create_service>`. */
function placeholderOf(plan: Plan, path: readonly string[]): string {
  const [root, key, ...fields] = path;
  const planned = root === "steps" ? plan.steps.find((one) => one.key === key) : undefined;
  return placeholder(planned === undefined || fields.length === 0 ? path : [planned.step.id, ...fields]);
}
