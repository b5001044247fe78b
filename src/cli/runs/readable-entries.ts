import type { Entry } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";

/** Of past runs that are measured by. A journal that cannot be read is no measure; whoever asks for that run is told. */
export function readableEntries(state: Pick<StateDirectory, "read">, run: string): readonly Entry[] {
  try {
    return state.read(run).entries;
  } catch {
    return [];
  }
}
