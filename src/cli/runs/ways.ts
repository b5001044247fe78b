/** How a saved run goes on, from its journal. */
import type { Ways } from "../../kit/text/closing.ts";
import { replay } from "../../engine/state/replay.ts";
import { wayOn } from "../../engine/state/way-on.ts";
import { type Entry, hasTouched } from "../../engine/journal/entry.ts";

/** Empty for a run that has ended. */
export function waysOf(run: string, entries: readonly Entry[]): Ways {
  const state = replay(entries);
  const error = state.phase.kind === "stopped" ? state.phase.error : undefined;
  return wayOn(state, {
    run,
    code: error?.code,
    place: error?.place,
    remedy: error?.remedy,
    touched: hasTouched(entries),
  });
}
