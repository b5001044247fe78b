/** The half-done work of a run that stops now, in a sentence for people. Pure. */
import type { Plan } from "./plan.ts";
import type { RunState, StepState } from "./state.ts";

/** Undefined if every change of the world that has begun is settled. */
export function underWay(plan: Plan, state: RunState): string | undefined {
  const back = [...state.backs.keys()].at(-1);
  if (back !== undefined) return `The way back of "${back}" had begun: it is probed before anything else.`;
  const begun = [...state.units].findLast(([name, unit]) => isUnsettled(unit) && isMutating(plan, name))?.[0];
  if (begun === undefined) return undefined;
  return `The step "${begun}" had begun and may have had its effect: it is probed before anything else.`;
}

const isUnsettled = (unit: StepState): boolean =>
  ["running", "waiting", "in-doubt"].includes(unit.kind) || (unit.kind === "failed" && unit.probed === "partly");

function isMutating(plan: Plan, unit: string): boolean {
  return plan.steps.some(
    ({ step, effect }) => effect !== "read" && (unit === step.id || unit.startsWith(`${step.id}[`)),
  );
}
