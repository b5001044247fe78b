/** The exit code of a run that came to its end: 0, or that of the gravest thing that its steps found. Pure. */
import type { Gravity, JsonObject } from "../../action.ts";
import { EXIT } from "../../errors.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import { outputOf } from "./scope.ts";
import type { RunState } from "./state.ts";

const CODES: Readonly<Record<Gravity, number>> = {
  nothing: EXIT.done,
  warning: EXIT.warning,
  serious: EXIT.serious,
};

export function endCode({ plan, state }: { readonly plan: Plan; readonly state: RunState }): number {
  return Math.max(EXIT.done, ...plan.steps.flatMap((planned) => codesOf(planned, state)));
}

function codesOf(planned: PlannedStep, state: RunState): readonly number[] {
  const { action, forEach } = planned.step;
  const output = outputOf(planned, state);
  if (action.effect !== "read" || output === undefined) return [];
  const outputs = forEach === undefined ? [output] : (output["items"] as readonly JsonObject[]);
  return outputs.map((each) => CODES[action.finds?.(each as never) ?? "nothing"]);
}
