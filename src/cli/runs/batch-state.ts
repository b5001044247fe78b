/** The state of a batch as a whole. Its own run ends once all is agreed, before the first of its databases begins. */
import { summarize } from "../../engine/state/summary.ts";
import { endOf, type Entry } from "../../engine/journal/entry.ts";
import { named } from "../../kit/text/printable.ts";
import type { ReportedBatch } from "../../report/batch.ts";
import type { Moment } from "../../report/timeline.ts";
import { backText, type Batch, batchOf, goOnWithAll, isLeft, type Standing, standingsOf } from "./batch.ts";
import { outcomeOf } from "./batch-outcomes.ts";
import type { SavedRuns } from "./read-once.ts";

export interface BatchState {
  readonly batch: Batch;
  readonly standings: readonly Standing[];
  /** As that of a run; `succeeded` if no database is left. */
  readonly state: string;
  /** Time of the last entry of any of its runs; of the batch's own before the first of them. */
  readonly updatedAt: string;
}

/** Undefined for a run that is no batch, or has no agreement yet. */
export function batchStateOf(directory: SavedRuns, entries: readonly Entry[]): BatchState | undefined {
  const batch = batchOf(entries);
  if (batch === undefined) return undefined;
  const standings = standingsOf(directory, batch);
  const runs = standings.map((standing) => ({ ...memberState(directory, standing), left: isLeft(standing) }));
  const times = runs.map(({ updatedAt }) => updatedAt).filter((time) => time !== "");
  const updatedAt = [entries.at(-1)?.time ?? "", ...times].sort().at(-1) ?? "";
  return { batch, standings, updatedAt, state: stateOf(runs.filter(({ left }) => left).map(({ state }) => state)) };
}

interface MemberState {
  readonly state: string;
  readonly updatedAt: string;
}

function memberState(directory: SavedRuns, { run, state }: Standing): MemberState {
  if (run === undefined) return { state: "stopped", updatedAt: "" };
  if (state === "unreadable") return { state: "failed", updatedAt: "" };
  return summarize(directory.read(run).entries, { carried: directory.isCarried(run) });
}

/** The states that most need a person come first. */
const BY_WEIGHT: readonly string[] = ["running", "in-doubt", "failed", "waiting"];

function stateOf(left: readonly string[]): string {
  if (left.length === 0) return "succeeded";
  return BY_WEIGHT.find((state) => left.includes(state)) ?? "stopped";
}

/** The batch as the report tells it. */
export function reportedBatch(directory: SavedRuns, { batch, standings, state, updatedAt }: BatchState): ReportedBatch {
  const outcomes = standings.map((each) => ({ ...each, outcome: outcomeOf(directory, each) }));
  return {
    told: backText(outcomes),
    ...{ state, updatedAt, goOnWith: goOnWithAll(batch) },
    isFinished: !standings.some(isLeft),
    moments: standings.flatMap((standing) => momentsOf(directory, standing)).sort((a, b) => (a.time < b.time ? -1 : 1)),
    members: outcomes.map(({ member: { name, guid }, state: how, run = "", why = "", outcome: { back, lost } }) => ({
      ...{ name, guid, state: how.replace("-", " "), run, why, back, lost },
    })),
  };
}

/** Its run's beginning, and its end or last stop. */
function momentsOf(directory: SavedRuns, { run, state, member }: Standing): readonly Moment[] {
  if (run === undefined || state === "unreadable") return [];
  const { entries } = directory.read(run);
  const [first] = entries;
  const last = endOf(entries) ?? entries.findLast(({ type }) => type === "run-stopped");
  const name = named(member.name);
  return [
    ...(first === undefined ? [] : [{ time: first.time, what: `${name}: run ${run} began` }]),
    ...(last?.type === "run-ended" ? [{ time: last.time, what: `${name}: run ${run} ended: ${last.outcome}` }] : []),
    ...(last?.type === "run-stopped" ? [{ time: last.time, what: `${name}: run ${run} stopped: ${last.why}` }] : []),
  ];
}
