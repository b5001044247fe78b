/** The changes that were made to a Docker host. */
import type { DockerEngineState } from "./state.ts";

/** Every change since a time of the box, by its first word. */
export function doneTo(state: DockerEngineState | undefined, since: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const what of changesSince(state, since)) {
    const name = `Docker host ${what.split(" ")[0] ?? ""}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

export function changesSince(state: DockerEngineState | undefined, since: number): readonly string[] {
  const times = state?.recordedAt ?? [];
  return (state?.record ?? []).filter((_, index) => (times[index] ?? 0) >= since);
}
