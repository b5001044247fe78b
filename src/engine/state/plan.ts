/** The plan: it follows from a runbook alone, before and without any run. Pure. */
import type { Effect } from "../../action.ts";
import { sha256 } from "../journal/line.ts";
import type { Runbook, Step } from "../runbook/runbook.ts";
import { scopeKey } from "../runbook/scope.ts";

export interface PlannedStep {
  readonly step: Step;
  readonly index: number;
  /** Its name in expressions. */
  readonly key: string;
  /** The action's, or what the runbook raised it to. */
  readonly effect: Effect;
  /** True for the step whose rows are shown at the consent. */
  readonly review: boolean;
  /** Index of the step whose beginning ends the lifetime of this step's fact; the number of steps if it lasts to the end. */
  readonly holdsUntil: number;
}

export interface Plan {
  readonly runbook: Runbook;
  readonly steps: readonly PlannedStep[];
}

export function planRun(runbook: Runbook): Plan {
  const indexes = new Map(runbook.steps.map((step, index) => [step.id, index]));
  const steps = runbook.steps.map((step, index) => ({
    step,
    index,
    key: scopeKey(step.id),
    effect: step.effect ?? step.action.effect,
    review: step.action.effect === "read" && step.action.review === true,
    holdsUntil: (step.holdsUntil === undefined ? undefined : indexes.get(step.holdsUntil)) ?? runbook.steps.length,
  }));
  return { runbook, steps };
}

/** The steps that one consent covers (law 8): from this one up to the next review, or to the end. */
export function windowFrom(plan: Plan, index: number): readonly PlannedStep[] {
  const next = plan.steps.find((planned) => planned.index > index && planned.review);
  return plan.steps.slice(index, next?.index);
}

/** The review that is shown at the consent for the step at `index`: the latest before it. */
export function reviewBefore(plan: Plan, index: number): PlannedStep | undefined {
  return plan.steps.slice(0, index).findLast((planned) => planned.review);
}

/** One hash per step over all that the runbook says about it. */
export function stepHashes(runbook: Runbook): Readonly<Record<string, string>> {
  return Object.fromEntries(runbook.steps.map((step) => [step.id, sha256(definitionOf(step))]));
}

function definitionOf(step: Step): string {
  const { id, action, effect, when, assert, until, timeoutMs, forEach, holdsUntil } = step;
  const expressions = [when, assert, until, forEach].map((expression) => expression?.text ?? null);
  const inputs = Object.entries(step.with).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([id, action.id, effect ?? null, inputs, expressions, timeoutMs ?? null, holdsUntil ?? null]);
}

/** Ids of the steps that differ, were added or were removed. */
export function changedSteps(before: Readonly<Record<string, string>>, runbook: Runbook): readonly string[] {
  const now = stepHashes(runbook);
  const ids = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...ids].filter((id) => before[id] !== now[id]);
}
