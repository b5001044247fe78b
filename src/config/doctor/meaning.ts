/** The consequence of a system that is not ready: the first step that needs it, and the work done by then. */
import type { Runbook, Step } from "../../engine/runbook/runbook.ts";

/** `kinds`: first words of the ids of actions that speak to the system. Undefined if no step speaks to it. */
export function meaningFor({ name, steps }: Runbook, kinds: ReadonlySet<string>): string | undefined {
  const at = steps.findIndex(({ action }) => kinds.has(kindOf(action.id)));
  const step = steps[at];
  if (step === undefined) return undefined;
  const before = steps.slice(0, at).some((each) => effectOf(each) !== "read");
  const place = at === 0 ? "at its first step" : "at its step";
  return `${name} stops ${place}, "${step.id}" (${step.title})${before ? "" : ", before anything is changed"}.`;
}

export const kindOf = (action: string): string => action.split(".")[0] ?? "";

const effectOf = ({ effect, action }: Step): string => effect ?? action.effect;
