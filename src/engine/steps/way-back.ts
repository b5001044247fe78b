/** The steps that an undo takes back, their order and cost. Pure but for the actions' own descriptions. */
import type { JsonObject, NothingToUndo, PrintedCommand, WayBack } from "../../action.ts";
import { described } from "../state/foresight.ts";
import type { Plan, PlannedStep } from "../state/plan.ts";
import type { ErasedMutation } from "./proof.ts";
import {
  recordsOf,
  type RunState,
  type StepState,
  stepOfName,
  type Unit,
  unitName,
  unitsOfStep,
} from "../state/state.ts";
import { parsedInput, type UnitInput } from "./unit-input.ts";

export type ErasedWayBack = WayBack<never, JsonObject>;

/** A unit that may have changed the world. */
export interface UnitToUndo {
  readonly planned: PlannedStep;
  readonly unit: Unit;
  /** Attempts are counted on. */
  readonly attempt: number;
  /** The last attempt of the step itself: those of its way back are counted on from it. */
  readonly stepAttempt: number;
  readonly input: UnitInput;
  /** Of a step that came to its end, also if it was opened anew since. */
  readonly output: JsonObject | undefined;
  /** Absent: a point of no return. */
  readonly undo: ErasedWayBack | NothingToUndo | undefined;
  readonly commands: readonly PrintedCommand[];
}

/** Last first: units are known in the order in which they were begun. */
export function unitsToUndo(plan: Plan, state: RunState): readonly UnitToUndo[] {
  return plan.steps.toReversed().flatMap((planned) => {
    const { action } = planned.step;
    if (action.effect === "read") return [];
    return unitsOfStep(state, planned.step.id)
      .toReversed()
      .flatMap(({ unit, own }) => toUndo(state, { planned, unit, own, action }) ?? []);
  });
}

export const isLeft = (undo: UnitToUndo["undo"]): undo is NothingToUndo => undo !== undefined && "leaves" in undo;

/** Nothing brings back what the step takes, be it that undo passes it over. */
export const isFinal = (undo: UnitToUndo["undo"]): boolean =>
  undo === undefined || (isLeft(undo) && undo.final === true);

/** The act of the undo on the unit, with its cost or its remains: one sentence. */
export function wayBackOf(undo: UnitToUndo["undo"]): string {
  if (undo === undefined) return "there is no way back from here by the tool";
  return isLeft(undo) ? undo.leaves : undo.cost;
}

/** Steps of this run that the runbook does not know any more: nobody could take them back. */
export function strangersTo(plan: Plan, state: RunState): readonly string[] {
  const known = new Set(plan.steps.map(({ step }) => step.id));
  return [...state.units.keys()].filter((name) => !known.has(stepOfName(name)));
}

/** Whether an undo would take something back: one step without a way back is enough for it to be refused. */
export function canGoBack(plan: Plan, state: RunState): boolean {
  const ways = plan.steps.flatMap(({ step: { id, action } }) =>
    action.effect !== "read" && unitsOfStep(state, id).some(({ own }) => begunWith(own) !== undefined)
      ? [action.undo]
      : [],
  );
  const isRefused = ways.includes(undefined) || strangersTo(plan, state).length > 0;
  return !isRefused && ways.some((undo) => !isLeft(undo));
}

function toUndo(
  state: RunState,
  {
    planned,
    unit,
    own,
    action,
  }: {
    readonly planned: PlannedStep;
    readonly unit: Unit;
    readonly own: StepState;
    readonly action: ErasedMutation;
  },
): UnitToUndo | undefined {
  const begun = begunWith(own);
  if (begun === undefined) return undefined;
  const input = parsedInput(planned, { unit, raw: begun.input, run: state.run });
  const { undo } = action;
  const output = "output" in own ? own.output : undefined;
  const left = { output, records: recordsOf(state, unit) };
  return {
    planned,
    unit,
    stepAttempt: begun.attempt,
    attempt: Math.max(begun.attempt, state.backs.get(unitName(unit))?.attempt ?? 0) + 1,
    input,
    output,
    undo,
    commands:
      undo === undefined || isLeft(undo)
        ? []
        : described(action.title, () => undo.describe(input.parsed, state.run, left)),
  };
}

/** A step that began may have had its effect; one that was refused before its beginning had none. */
function begunWith(state: StepState): { readonly input: JsonObject; readonly attempt: number } | undefined {
  switch (state.kind) {
    case "running":
    case "waiting":
    case "succeeded":
    case "in-doubt":
    case "reopened":
      return state;
    case "failed":
      return state.input === undefined ? undefined : { input: state.input, attempt: state.attempt };
    case "skipped":
      return state.input === undefined ? undefined : { input: state.input, attempt: state.attempt ?? 0 };
    case "pending":
    case "undone":
      return undefined;
  }
}
