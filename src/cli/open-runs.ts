/** Runs as `runs`, `status` and the welcome show them. */
import { isOpen, type RunSummary, summarize } from "../engine/summary.js";
import { asRecoverError } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";

/** A run whose journal cannot be read is listed all the same, with what is wrong. */
export type ListedRun = Omit<RunSummary, "state"> & { readonly state: string };

export function allRuns(directory: StateDirectory): readonly ListedRun[] {
  return directory.list().map((run) => {
    try {
      return summaryOf(directory, run);
    } catch (thrown) {
      const state = `unreadable (${asRecoverError(thrown).code})`;
      return { run, runbook: "", target: "", state, rehearsal: false, startedAt: "", updatedAt: "", step: "" };
    }
  });
}

/** Those that can be gone on with; an unreadable one is not among them. */
export function openRuns(directory: StateDirectory): readonly RunSummary[] {
  return directory.list().flatMap((run) => {
    try {
      const summary = summaryOf(directory, run);
      return isOpen(summary.state) ? [summary] : [];
    } catch {
      return [];
    }
  });
}

/** A run that was killed before its first entry knows its name from its directory only. */
function summaryOf(directory: StateDirectory, run: string): RunSummary {
  return { ...summarize(directory.read(run).entries, { carried: directory.isCarried(run) }), run };
}
