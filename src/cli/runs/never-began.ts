/** A run without an entry: killed before its first one, or with a journal that was lost. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import type { Entry } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";

/** The files that a run keeps before its first entry: the text of its runbook. */
const KEPT_BEFORE = 1;

/**
 * Throws `journal-broken` if a run had begun, but its journal has no entry and no process carries it: nobody knows its
 * effects.
 */
export function requireNotLost(
  runs: Pick<StateDirectory, "directoryOf" | "isCarried">,
  run: string,
  entries: readonly Entry[],
): void {
  if (entries.length === 0 && !runs.isCarried(run)) requireUnbegun(run, runs.directoryOf(run));
}

/** A run has begun if it wrote an event or kept evidence. `directory` is the run's. */
function requireUnbegun(run: string, directory: string): void {
  const told = statSync(join(directory, "events.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
  if (told === 0 && evidenceIn(directory) <= KEPT_BEFORE) return;
  throw giveUp("journal-broken", `the journal of run ${run} has no entry, and the run had begun`)
    .at(directory)
    .advise(
      `Its changes are not known: put journal.jsonl back from a copy or a mirror; ${join(directory, "events.jsonl")} tells what was on its screen.`,
    );
}

function evidenceIn(directory: string): number {
  try {
    return readdirSync(join(directory, "evidence")).length;
  } catch {
    return 0;
  }
}

/**
 * The refusal of a run that was killed before its first entry: nobody knows its runbook, or whether it was a rehearsal.
 * `done` is the command that is refused. Throws as `requireNotLost`.
 */
export function neverBegan(run: string, directory: string, done: "resume" | "undo"): RecoverError {
  requireUnbegun(run, directory);
  const what = `run ${run} was killed before its first entry: there is nothing to ${done}`;
  const anew = done === "resume" ? "It changed nothing: give the command that began it again. " : "";
  return refuse("run-not-found", what).at(run).advise(`${anew}dingo-recover runs lists all.`);
}
