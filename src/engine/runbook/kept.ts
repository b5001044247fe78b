/** Runbooks that were checked before, as JSON: what the loader would make of the same text, with the actions by their names. */
import type { AnyAction, Effect } from "../../action.ts";
import { optional } from "../../kit/optional.ts";
import type { Runbook, Step } from "./runbook.ts";
import type { Actions } from "./step.ts";

export type KeptRunbook = Omit<Runbook, "file" | "steps"> & { readonly steps: readonly KeptStep[] };

type KeptStep = Omit<Step, "action"> & { readonly action: KeptAction };

/** The parts of an action that a plan needs, and the names of its other parts. */
interface KeptAction {
  readonly id: string;
  readonly effect: Effect;
  readonly review?: boolean;
  readonly parts: readonly string[];
}

export function kept({ file: _file, steps, ...rest }: Runbook): KeptRunbook {
  return { ...rest, steps: steps.map((step) => ({ ...step, action: keptAction(step.action) })) };
}

function keptAction(action: AnyAction): KeptAction {
  const review = action.effect === "read" ? action.review : undefined;
  return { id: action.id, effect: action.effect, ...optional("review", review), parts: Object.keys(action) };
}

/** Undefined if an action is not known: the loader says so. */
export function revived(
  { steps, ...rest }: KeptRunbook,
  file: string,
  actions: Pick<Actions, "has" | "get">,
): Runbook | undefined {
  if (!steps.every(({ action }) => actions.has(action.id))) return undefined;
  const whole = steps.map((step): Step => ({ ...step, action: revivedAction(step.action, actions) }));
  return { ...rest, file, steps: whole };
}

/** It is looked up when more is wanted of it than a plan needs: until then it need not be loaded. */
function revivedAction({ parts, ...known }: KeptAction, actions: Pick<Actions, "get">): AnyAction {
  let found: AnyAction | undefined;
  const action = (): AnyAction => (found ??= asKept(known, actions.get(known.id)));
  const rest = parts.filter((part) => !(part in known));
  const later = rest.map(
    (part) => [part, { enumerable: true, get: (): unknown => Reflect.get(action(), part) }] as const,
  );
  return Object.defineProperties({ ...known }, Object.fromEntries(later)) as unknown as AnyAction;
}

/** A step is carried out by an action of the planned effect, or not at all. */
function asKept({ id, effect }: Omit<KeptAction, "parts">, action: AnyAction | undefined): AnyAction {
  if (action?.effect === effect) return action;
  throw new Error(`the action ${id} is not the one that the runbook was checked with`);
}
