/** Where a step stands, in the one word of its state. */
import { type RunState, stateOf } from "../../../engine/state/state.ts";

/** Of a step with items, that of the one which is furthest from done. */
export function standing(state: RunState, step: string): string {
  const items = [...state.units].filter(([name]) => name.startsWith(`${step}[`)).map(([, { kind }]) => kind);
  return items.find((kind) => kind !== "succeeded") ?? items[0] ?? stateOf(state, { step }).kind;
}
