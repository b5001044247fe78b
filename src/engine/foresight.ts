/** Inputs and commands of steps that have not run yet: what is unknown stands there as `<step.field>`. Pure. */
import type { Json, JsonObject, PrintedCommand } from "../action.js";
import { sha256 } from "../journal/line.js";
import type { Template } from "../runbook/runbook.js";
import type { Evaluator } from "./evaluator.js";
import { itemKeys } from "./items.js";
import type { Plan, PlannedStep } from "./plan.js";
import { has } from "./scope.js";
import type { Unit } from "./state.js";

/** A unit as it would run now. */
export interface ForeseenUnit {
  readonly unit: Unit;
  readonly item?: Json;
  readonly input: JsonObject;
  /** False where a reference had no value yet. */
  readonly known: boolean;
  readonly commands: readonly PrintedCommand[];
}

export interface Foresight {
  /** The id of the run; `RUN` where there is none. */
  readonly run: string;
  readonly plan: Plan;
  readonly evaluator: Evaluator;
  readonly scope: JsonObject;
  /** Ids of steps that have no output and never will: that is known too. */
  readonly skipped: ReadonlySet<string>;
}

/** "unknown" where the condition hangs on a step that has not run. */
export function foreseeWhen(at: Foresight, planned: PlannedStep): boolean | "unknown" {
  const { when } = planned.step;
  if (when === undefined) return true;
  return knows(at, when.text) ? at.evaluator.evaluate(when, at.scope) === true : "unknown";
}

/** One per item; a single one with unknown values where the items are not known yet. */
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

/** The exact commands. With placeholders in it an input may not fit the action's schema; it is described as it is. */
function describe(
  planned: PlannedStep,
  { input, known, run }: Pick<ForeseenUnit, "input" | "known"> & Pick<Foresight, "run">,
): readonly PrintedCommand[] {
  const { action } = planned.step;
  const parsed = action.input.safeParse(input);
  const later = { on: "here", line: `# ${action.title}: its commands are known once ${unknownOf(input)} is` };
  try {
    const commands = action.describe(parsed.success ? parsed.data : (input as never), run);
    // A placeholder has no fields.
    return !known && commands.some(({ on, line }) => /\bundefined\b/.test(`${on} ${line}`)) ? [later] : commands;
  } catch (thrown) {
    if (known) throw thrown;
    return [later];
  }
}

function unknownOf(value: Json): string {
  return /<[a-z][^<>]*>/.exec(JSON.stringify(value))?.[0] ?? "its input";
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
        : { template: { kind: "literal", value: placeholder(at.plan, template.path) }, known: false };
    case "text": {
      const missing = template.parts.filter((part) => typeof part !== "string" && !has(at.scope, part.path));
      const parts = template.parts.map((part) =>
        typeof part === "string" || has(at.scope, part.path) ? part : placeholder(at.plan, part.path),
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

/** `<create-service.guid>`: the step as the runbook writes it. */
function placeholder(plan: Plan, path: readonly string[]): string {
  const [root, key, ...fields] = path;
  const planned = root === "steps" ? plan.steps.find((one) => one.key === key) : undefined;
  return `<${(planned === undefined ? path : [planned.step.id, ...fields]).join(".")}>`;
}
