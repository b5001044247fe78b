/** The input and the commands of one unit, as it is about to run. */
import type { Json, JsonObject, PrintedCommand } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { described } from "../state/foresight.ts";
import { type Named, requireUnmasked, requireWhole } from "../state/secret-names.ts";
import { itemKeys } from "../state/items.ts";
import { plain } from "../state/ledger.ts";
import type { PlannedStep } from "../state/plan.ts";
import type { Session } from "../state/session.ts";
import { type Unit, unitName } from "../state/state.ts";

export interface UnitInput {
  /** As the runbook gives it: what the journal holds. */
  readonly raw: JsonObject;
  /** As the action's schema made it; its type is known to the action alone. */
  readonly parsed: never;
  readonly commands: readonly PrintedCommand[];
}

/** Errors: `expression-failed`, `secret-in-name`, `runbook-invalid` if the action's schema refuses it. */
export function inputOf(session: Session, planned: PlannedStep, unit: Unit): UnitInput {
  const item = itemOf(session, unit);
  const scope = session.scope(item === undefined ? {} : { item });
  const { evaluator } = session.options;
  const raw = plain(evaluator.resolve({ kind: "map", entries: planned.step.with }, scope));
  requireWhole(session.options.secrets, raw, namedInput(unit));
  const remedy = `Correct the step's "with" or the input that it refers to, then resume with --accept-runbook.`;
  return fitting(planned, { unit, raw, run: session.state.run }, remedy);
}

interface Begun {
  readonly unit: Unit;
  readonly raw: JsonObject;
  /** The id of the run. */
  readonly run: string;
}

/** The input of an attempt that began earlier, from the journal. */
export function parsedInput(planned: PlannedStep, begun: Begun): UnitInput {
  const remedy = `The journal has this input, and another one cannot take its place: go on with the version of "${planned.step.action.id}" that the step began with.`;
  return fitting(planned, begun, remedy);
}

function fitting(planned: PlannedStep, { unit, raw, run }: Begun, remedy: string): UnitInput {
  const { action } = planned.step;
  requireUnmasked(raw, namedInput(unit));
  const result = action.input.safeParse(raw);
  if (result.success) {
    const commands = described(action.title, () => action.describe(result.data, run));
    return { raw, parsed: result.data, commands };
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw refuse("runbook-invalid", `the input of "${unitName(unit)}" does not fit: ${problems.join("; ")}`)
    .at(`step ${unitName(unit)}`)
    .advise(remedy);
}

function namedInput(unit: Unit): Named {
  return { what: `what the step "${unitName(unit)}" would act on`, place: `step ${unitName(unit)}` };
}

/** The item that a for_each unit is about. */
export function itemOf(session: Session, unit: Unit): Json | undefined {
  const items = unit.item === undefined ? undefined : session.state.items.get(unit.step);
  return items?.[itemKeys(items).indexOf(unit.item ?? "")];
}
