/** Runs as `runs`, `status` and the welcome show them. */
import { isOpen, type RunSummary, summarize } from "../engine/summary.js";
import { asRecoverError } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";

/** A run whose journal cannot be read is listed all the same, with what is wrong. */
export type ListedRun = Omit<RunSummary, "state"> & { readonly state: string };

export function allRuns(directory: StateDirectory): readonly ListedRun[] {
  return directory.list().map((run) => {
    try {
      return summarize(directory.read(run).entries, { carried: directory.isCarried(run) });
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
      const summary = summarize(directory.read(run).entries, { carried: directory.isCarried(run) });
      return isOpen(summary.state) ? [summary] : [];
    } catch {
      return [];
    }
  });
}
