/** Runs as `runs`, `status` and the welcome show them: the state that their journals replay to. */
import { replay } from "../engine/replay.js";
import type { RunState } from "../engine/state.js";
import { asRecoverError, EXIT } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";

/** An element of `dingo-recover/runs@1`. */
export interface RunSummary {
  readonly run: string;
  readonly runbook: string;
  readonly target: string;
  readonly state: string;
  readonly rehearsal: boolean;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly step: string;
}

export function summarise(state: RunState, carried: boolean): RunSummary {
  return {
    run: state.run,
    runbook: state.runbook,
    target: state.target ?? "",
    state: stateName(state, carried),
    rehearsal: state.rehearsal,
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
    step: state.current === undefined ? "" : state.current.step,
  };
}

/** A run whose process died without a word is stopped: it can be resumed. */
export function stateName(state: RunState, carried: boolean): string {
  switch (state.phase.kind) {
    case "ended":
      return state.phase.outcome;
    case "running":
      return carried ? "running" : "stopped";
    case "stopped":
      if (state.phase.exitCode === EXIT.inDoubt) return "in-doubt";
      if (state.phase.exitCode === EXIT.unreachable) return "waiting";
      return state.phase.exitCode === EXIT.stopped || state.phase.exitCode === EXIT.interrupted ? "stopped" : "failed";
  }
}

/** A run whose journal cannot be read is listed all the same, with what is wrong. */
export function allRuns(directory: StateDirectory): readonly RunSummary[] {
  return directory.list().map((run) => {
    try {
      return summarise(replay(directory.read(run).entries), directory.isCarried(run));
    } catch (thrown) {
      return {
        run,
        runbook: "",
        target: "",
        state: `unreadable (${asRecoverError(thrown).code})`,
        rehearsal: false,
        startedAt: "",
        updatedAt: "",
        step: "",
      };
    }
  });
}

export function openRuns(directory: StateDirectory): readonly RunSummary[] {
  return allRuns(directory).filter((run) => !["succeeded", "undone", "handed-over"].includes(run.state));
}
