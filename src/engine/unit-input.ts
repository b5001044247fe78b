/** The input and the commands of one unit, as it is about to run. */
import type { Json, JsonObject, PrintedCommand } from "../action.js";
import { RecoverError } from "../errors.js";
import { itemKeys } from "./items.js";
import { plain } from "./ledger.js";
import type { PlannedStep } from "./plan.js";
import type { Session } from "./session.js";
import { type Unit, unitName } from "./state.js";

export interface UnitInput {
  /** As the runbook gives it: what the journal holds. */
  readonly raw: JsonObject;
  /** As the action's schema made it; its type is known to the action alone. */
  readonly parsed: never;
  readonly commands: readonly PrintedCommand[];
}

/** Errors: `expression-failed`, `runbook-invalid` where the action's schema refuses it. */
export function inputOf(session: Session, planned: PlannedStep, unit: Unit): UnitInput {
  const item = itemOf(session, unit);
  const scope = session.scope(item === undefined ? {} : { item });
  const { evaluator } = session.options;
  const raw = plain(evaluator.resolve({ kind: "map", entries: planned.step.with }, scope));
  return parsedInput(planned, unit, raw);
}

/** The input of an attempt that began earlier, from the journal. */
export function parsedInput(planned: PlannedStep, unit: Unit, raw: JsonObject): UnitInput {
  const { action } = planned.step;
  const result = action.input.safeParse(raw);
  if (result.success) return { raw, parsed: result.data, commands: action.describe(result.data) };
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw new RecoverError("runbook-invalid", `the input of "${unitName(unit)}" does not fit: ${problems.join("; ")}`, {
    remedy: `Correct the step's "with" or the input that it refers to, then resume with --accept-runbook.`,
    place: `step ${unitName(unit)}`,
    effect: "none",
  });
}

/** The item that a for_each unit is about. */
export function itemOf(session: Session, unit: Unit): Json | undefined {
  const items = unit.item === undefined ? undefined : session.state.items.get(unit.step);
  return items?.[itemKeys(items).indexOf(unit.item ?? "")];
}
