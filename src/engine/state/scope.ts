/**
 * The scope of a step's expressions and references:
 * `inputs`, `steps.<id with _ for ->.<field>` (a for_each step: `.items`, a list of outputs), `item`,
 * `run.id`, `run.target` once fixed, `flags.accept_loss`. A skipped step, or one that has not run, has no key. Pure.
 */
import type { Json, JsonObject } from "../../action.ts";
import { itemKeys } from "./items.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import { type RunState, stateOf } from "./state.ts";

export interface ScopeExtras {
  /** Of the step at work, if it has one. */
  readonly item?: Json;
  /** Its fresh output, for `assert` and `until`. */
  readonly own?: { readonly key: string; readonly output: JsonObject };
}

export interface ScopeSource {
  readonly plan: Plan;
  readonly state: RunState;
  readonly flags: { readonly acceptLoss: number };
}

export function scopeOf({ plan, state, flags }: ScopeSource, extras: ScopeExtras = {}): JsonObject {
  const steps: Record<string, Json> = {};
  for (const planned of plan.steps) {
    const output = outputOf(planned, state);
    if (output !== undefined) steps[planned.key] = output;
  }
  if (extras.own !== undefined) steps[extras.own.key] = extras.own.output;
  return {
    inputs: state.inputs,
    steps,
    run: { id: state.run, ...(state.target === undefined ? {} : { target: state.target }) },
    flags: { accept_loss: flags.acceptLoss },
    ...(extras.item === undefined ? {} : { item: extras.item }),
  };
}

/** Undefined until the step, with all its items, has succeeded. */
export function outputOf(planned: PlannedStep, state: RunState): JsonObject | undefined {
  const { id, forEach } = planned.step;
  if (forEach === undefined) {
    const own = stateOf(state, { step: id });
    return own.kind === "succeeded" ? own.output : undefined;
  }
  const items = state.items.get(id);
  if (items === undefined) return undefined;
  const states = itemKeys(items).map((item) => stateOf(state, { step: id, item }));
  const outputs = states.flatMap((own) => (own.kind === "succeeded" ? [own.output] : []));
  return outputs.length === items.length ? { items: outputs } : undefined;
}

/** Whether a path has a value in the scope. */
export function has(scope: JsonObject, path: readonly string[]): boolean {
  let value: Json | undefined = scope;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return false;
    value = (value as JsonObject)[key];
  }
  return value !== undefined;
}
