/** Facts that a run has found out for each of its viewers: rows that its steps name. Shown, never authority. */
import type { JsonObject, ReviewRow } from "../../action.ts";
import type { PlannedStep } from "./plan.ts";
import type { Session } from "./session.ts";
import { stateOf } from "./state.ts";

/** Undefined if the step has none. The output may be of an earlier version. */
export function knownBy({ step: { action } }: PlannedStep, output: JsonObject): readonly ReviewRow[] | undefined {
  if (action.effect !== "read" || action.known === undefined) return undefined;
  const parsed = action.output.safeParse(output);
  return parsed.success ? action.known(parsed.data) : undefined;
}

/** Of the steps that came to their end. */
export function knownSoFar({ plan, state }: Session): readonly ReviewRow[] | undefined {
  const rows = plan.steps.flatMap((planned) => {
    const own = stateOf(state, { step: planned.step.id });
    return own.kind === "succeeded" ? (knownBy(planned, own.output) ?? []) : [];
  });
  return rows.length === 0 ? undefined : rows;
}
