/** A run in one line, for `runs` and `status`. Pure. */
import type { Entry } from "../journal/entry.ts";
import type { RunOutcome } from "./event.ts";
import type { Plan } from "./plan.ts";
import { replay } from "./replay.ts";
import { mayHaveChanged, type RunState, type StepState, stepOfName, unitName } from "./state.ts";

/** One element of `dingo-recover/runs@1`. */
export interface RunSummary {
  readonly run: string;
  readonly runbook: string;
  readonly target: string;
  /** `never-began`: killed before its first entry, so that nobody knows what it was to be. */
  readonly state: RunOutcome | "never-began";
  readonly rehearsal: boolean;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** The unit that it stands at; empty before the first and after the last. */
  readonly step: string;
}

/** `carried`: whether a living process works on it. */
export function summarize(entries: readonly Entry[], { carried }: { readonly carried: boolean }): RunSummary {
  const state = replay(entries);
  return {
    run: state.run,
    runbook: state.runbook,
    target: state.target ?? "",
    state: state.startedAt === "" && !carried ? "never-began" : runOutcome(state, carried),
    rehearsal: state.rehearsal,
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
    step: state.phase.kind === "ended" ? "" : standsAt(entries, state),
  };
}

/** A question before a step is told by that step: the one before it is over. */
function standsAt(entries: readonly Entry[], { current }: RunState): string {
  const asked = entries.findLast((entry) => entry.type === "asked");
  const stepped = entries.findLast((entry) => entry.type.startsWith("step-"));
  if (asked?.type === "asked" && asked.step !== undefined && asked.seq > (stepped?.seq ?? -1))
    return unitName({ ...asked, step: asked.step });
  return current === undefined ? "" : unitName(current);
}

const NOT_OPEN: readonly RunSummary["state"][] = ["succeeded", "undone", "handed-over", "never-began"];

/** Whether somebody can go on with it, or is at work on it. */
export const isOpen = (state: RunSummary["state"]): boolean => !NOT_OPEN.includes(state);

function runOutcome(state: RunState, carried: boolean): RunOutcome {
  const { phase } = state;
  if (phase.kind === "ended") return phase.outcome;
  const waiting = currentState(state)?.kind === "waiting";
  if (carried) return waiting ? "waiting" : "running";
  if (phase.kind === "running") return killedAt(state);
  if (phase.exitCode === 14) return "in-doubt";
  if (phase.error?.code === "unreachable") return "waiting";
  return [11, 13, 130].includes(phase.exitCode) ? "stopped" : "failed";
}

/** The process was killed: a step that had begun is in doubt until somebody has looked. */
function killedAt(state: RunState): RunOutcome {
  if (state.back)
    return state.current !== undefined && state.backs.has(unitName(state.current)) ? "in-doubt" : "stopped";
  const current = currentState(state);
  return current?.kind === "running" || current?.kind === "waiting" || current?.kind === "in-doubt"
    ? "in-doubt"
    : "stopped";
}

function currentState(state: RunState): StepState | undefined {
  return state.current === undefined ? undefined : state.units.get(unitName(state.current));
}

/** Whether a mutating step may have changed the world: then nobody else may have the target. */
export function touchesWorld(plan: Plan, state: RunState): boolean {
  const reads = new Set(plan.steps.filter(({ step }) => step.action.effect === "read").map(({ step }) => step.id));
  return [...state.units].some(([name, unit]) => !reads.has(stepOfName(name)) && mayHaveChanged(unit));
}
