/** The times of the last drill, from the journals of a state directory: later estimates use them. */
import { z } from "zod";
import { replay } from "../../engine/state/replay.ts";
import { type Entry, endOf } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import type { DrillTimes } from "../../ports/settings.ts";
import { readableEntries } from "./readable-entries.ts";

const DRILL = "drill";
/** Bounds of the measured time: from the window to the proof of the log-in, as an estimate counts it. */
const FROM = "docker.hold-restart";
const TO = "postgres.prove-login";
const MOVED = "archive.estimate";

const moved = z.object({ objects: z.number(), bytes: z.number(), expanded_bytes: z.number(), segments: z.number() });

/** The newest drill that came to its end. For a rehearsal only rehearsed drills count, else only real ones. */
export function lastDrill(state: StateDirectory, rehearsal: boolean): DrillTimes | undefined {
  for (const run of [...state.list()].sort().reverse()) {
    const times = timesOf(run, readableEntries(state, run), rehearsal);
    if (times !== undefined) return times;
  }
  return undefined;
}

/** A drill that was resumed on its way took as long as the person was away: it is no measure. */
export function timesOf(run: string, entries: readonly Entry[], rehearsal: boolean): DrillTimes | undefined {
  const [first] = entries;
  if (first?.type !== "run-started" || first.runbook !== DRILL) return undefined;
  if (replay(entries).rehearsal !== rehearsal || endOf(entries)?.outcome !== "succeeded") return undefined;
  if (entries.some(({ type }) => type === "run-resumed")) return undefined;
  const from = started(entries, FROM);
  const to = started(entries, TO);
  const ended = entries.find((entry) => entry.type === "step-succeeded" && entry.step === to?.step);
  const facts = moved.safeParse(started(entries, MOVED)?.input);
  if (from === undefined || ended === undefined || !facts.success) return undefined;
  const seconds = Math.round((Date.parse(ended.time) - Date.parse(from.time)) / 1000);
  const { objects, bytes, expanded_bytes: expandedBytes, segments } = facts.data;
  return { run, at: first.time, seconds, objects, bytes, expandedBytes, segments };
}

type Started = Extract<Entry, { readonly type: "step-started" }>;

const started = (entries: readonly Entry[], action: string): Started | undefined =>
  entries.find((entry): entry is Started => entry.type === "step-started" && entry.action === action);
