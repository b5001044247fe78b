/** The usual times of a runbook's steps on this machine, from its journals: they tell a wait from a hang. */
import type { RunEvent } from "../../engine/state/event.ts";
import { replay } from "../../engine/state/replay.ts";
import { type Entry, endOf } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { unitsOf } from "../../report/digest.ts";
import { readableEntries } from "./readable-entries.ts";

/** Numbers of journals that are looked at, the newest first, and of those that count. */
const LOOKED_AT = 20;
const COUNTED = 5;
/** Shorter times are not shown. */
const WORTH_TELLING_MS = 1000;
/** A drill has the same steps, so its times count too. */
const DRILL = "drill";

export interface WhichRuns {
  readonly runbook: string;
  readonly rehearsal: boolean;
}

/** Milliseconds by step, all its items together; nothing if no run of the kind came to its good end. */
export function usualTimes(
  state: Pick<StateDirectory, "list" | "read">,
  which: WhichRuns,
): ReadonlyMap<string, number> {
  const past: ReadonlyMap<string, number>[] = [];
  for (const run of [...state.list()].sort().reverse().slice(0, LOOKED_AT)) {
    const times = timesOf(readableEntries(state, run), which);
    if (times !== undefined) past.push(times);
    if (past.length === COUNTED) break;
  }
  const steps = new Set(past.flatMap((times) => [...times.keys()]));
  return new Map([...steps].map((step) => [step, median(past.flatMap((times) => times.get(step) ?? []))]));
}

/** Adds the usual times of a step and of those after it to the event of its beginning. `look` is called at the first one. */
export function withUsual(look: () => ReadonlyMap<string, number>): (event: RunEvent) => RunEvent {
  let times: ReadonlyMap<string, number> | undefined;
  let steps: readonly string[] = [];
  return (event) => {
    if (event.type === "run-began") steps = event.steps.map(({ id }) => id);
    if (event.type !== "step-began") return event;
    times ??= look();
    if (times.size === 0) return event;
    const known = times;
    const knownMs = known.get(event.step) ?? 0;
    const rest = steps.slice(steps.indexOf(event.step) + 1);
    const restMs = rest.reduce((sum, step) => sum + (known.get(step) ?? 0), 0);
    return { ...event, usual: { ...(knownMs < WORTH_TELLING_MS ? {} : { stepMs: knownMs }), restMs } };
  };
}

function timesOf(entries: readonly Entry[], which: WhichRuns): ReadonlyMap<string, number> | undefined {
  const [first] = entries;
  if (first?.type !== "run-started" || ![which.runbook, DRILL].includes(first.runbook)) return undefined;
  if (endOf(entries)?.outcome !== "succeeded" || replay(entries).rehearsal !== which.rehearsal) return undefined;
  const times = new Map<string, number>();
  for (const { step, tookMs } of unitsOf(entries))
    if (tookMs !== undefined) times.set(step, (times.get(step) ?? 0) + tookMs);
  return times;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
