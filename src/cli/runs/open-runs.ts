/** Runs as `runs`, `status` and the welcome show them. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { replay } from "../../engine/state/replay.ts";
import { isOpen, type RunSummary, summarize } from "../../engine/state/summary.ts";
import { wayOn } from "../../engine/state/way-on.ts";
import { hasTouched } from "../../engine/journal/entry.ts";
import { asRecoverError } from "../../errors.ts";
import { nameNow } from "../../report/called.ts";
import { requireNotLost } from "./never-began.ts";
import type { SavedRuns } from "./read-once.ts";

/** A run as it is listed. One with an unreadable journal is listed too, with the reason. */
export type ListedRun = Omit<RunSummary, "state"> & {
  readonly state: string;
  /** The target by the name that its service has now. */
  readonly called: string;
};

export function allRuns(directory: SavedRuns): readonly ListedRun[] {
  return directory.list().map((run) => {
    try {
      const { entries } = directory.read(run);
      return { ...summaryOf(directory, run, entries), called: nameNow(entries) ?? "" };
    } catch (thrown) {
      const state = `unreadable (${asRecoverError(thrown).code})`;
      return {
        run,
        runbook: "",
        target: "",
        called: "",
        state,
        rehearsal: false,
        startedAt: "",
        updatedAt: "",
        step: "",
      };
    }
  });
}

/** Runs that can be resumed: no unreadable one, and none that never began. */
export function openRuns(directory: SavedRuns): readonly RunSummary[] {
  return directory.list().flatMap((run) => {
    try {
      const summary = summaryOf(directory, run);
      return isOpen(summary.state) ? [summary] : [];
    } catch {
      return [];
    }
  });
}

/**
 * Rehearsals that are at work or can be resumed, the last one at the end. One that was refused for good has come to its
 * end.
 */
export function openRehearsals(directory: SavedRuns): readonly RunSummary[] {
  return openRuns(directory)
    .filter(({ rehearsal }) => rehearsal)
    .filter((each) => each.state === "running" || goesOn(directory, each.run))
    .map((each) => ({ each, playedAt: playedAt(directory, each.run) }))
    .sort((a, b) => a.playedAt - b.playedAt)
    .map(({ each }) => each);
}

function goesOn(directory: SavedRuns, run: string): boolean {
  const { entries } = directory.read(run);
  const state = replay(entries);
  const code = state.phase.kind === "stopped" ? state.phase.error?.code : undefined;
  return "resumeWith" in wayOn(state, { run, code, touched: hasTouched(entries) });
}

/** The last sign of a rehearsal by this machine's clock: the journal's times are those of the box. */
export function playedAt(directory: SavedRuns, run: string): number {
  return statSync(join(directory.directoryOf(run), "journal.jsonl"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A run that was killed before its first entry knows its name from its directory only. */
function summaryOf(directory: SavedRuns, run: string, entries = directory.read(run).entries): RunSummary {
  requireNotLost(directory, run, entries);
  return { ...summarize(entries, { carried: directory.isCarried(run) }), run };
}
