/** State of the run → what to do next. Pure: the same journal always leads to the same move (I2). */
import { unreachable } from "../../errors.ts";
import { itemKeys } from "./items.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import { nextAttempt, type RunState, type StepState, stateOf, type Unit, unitsOfStep } from "./state.ts";

export type Move =
  /** Look at `when` and `for_each`, which may skip the step or fix its items. */
  | { readonly kind: "enter"; readonly planned: PlannedStep }
  | { readonly kind: "attempt"; readonly planned: PlannedStep; readonly unit: Unit; readonly attempt: number }
  /** Something began and nobody wrote down how it ended, or it failed, or is to be done again: the world is asked first (law 4). */
  | { readonly kind: "settle"; readonly planned: PlannedStep; readonly unit: Unit; readonly state: Unsettled }
  | { readonly kind: "finish" };

/** States of a mutating step that a probe has to settle. */
export type Unsettled = Extract<StepState, { kind: "running" | "waiting" | "in-doubt" | "failed" | "reopened" }>;

export function nextMove(plan: Plan, state: RunState): Move {
  for (const planned of plan.steps) {
    const move = moveFor(planned, state);
    if (move !== undefined) return move;
  }
  return { kind: "finish" };
}

/** Whether the step is over: nothing is left to do for it. */
export function isFinished(planned: PlannedStep, state: RunState): boolean {
  return moveFor(planned, state) === undefined;
}

/** Whether the step was passed over or may have acted; one that was refused, and of which nothing is there, did nothing. */
export function mayHaveActed({ step }: PlannedStep, state: RunState): boolean {
  return state.items.get(step.id)?.length === 0 || unitsOfStep(state, step.id).some(({ own }) => hasActed(own));
}

const hasActed = (own: StepState): boolean =>
  own.kind !== "pending" && !(own.kind === "failed" && own.input === undefined && own.probed !== "partly");

function moveFor(planned: PlannedStep, state: RunState): Move | undefined {
  const { step } = planned;
  const own = stateOf(state, { step: step.id });
  if (own.kind === "skipped") return undefined;
  const items = state.items.get(step.id);
  if (step.forEach === undefined)
    return own.kind === "pending" ? { kind: "enter", planned } : moveOf(planned, { step: step.id }, own);
  if (items === undefined) return { kind: "enter", planned };
  for (const item of itemKeys(items)) {
    const unit = { step: step.id, item };
    const move = moveOf(planned, unit, stateOf(state, unit));
    if (move !== undefined) return move;
  }
  return undefined;
}

function moveOf(planned: PlannedStep, unit: Unit, state: StepState): Move | undefined {
  const mutating = planned.step.action.effect !== "read";
  const attempt: Move = { kind: "attempt", planned, unit, attempt: nextAttempt(state) };
  switch (state.kind) {
    case "succeeded":
    case "skipped":
      return undefined;
    case "pending":
    case "undone":
      return attempt;
    case "failed":
      return mutating && state.input !== undefined ? { kind: "settle", planned, unit, state } : attempt;
    case "running":
    case "waiting":
    case "in-doubt":
    case "reopened":
      return mutating ? { kind: "settle", planned, unit, state } : attempt;
    default:
      return unreachable(state);
  }
}
