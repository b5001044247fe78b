import type { Entry } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";

/** The entries of a past run, for measures of time. An unreadable journal gives none; commands about that run report it. */
export function readableEntries(state: Pick<StateDirectory, "read">, run: string): readonly Entry[] {
  try {
    return state.read(run).entries;
  } catch {
    return [];
  }
}
