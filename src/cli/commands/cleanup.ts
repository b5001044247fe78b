import { replay } from "../../engine/state/replay.ts";
import { EXIT, type RecoverError, refuse } from "../../errors.ts";
import { createOutput } from "../screen/output.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { quoted } from "../../kit/text/printable.ts";
import { CLEAN_UP, CLEAN_UP_COPY, cleanupsOf, refuseSuspects } from "../runs/cleanups.ts";
import type { ConductArguments } from "../session/stage.ts";
import { secrets } from "../process/failure.ts";
import { cleanable, leftAside } from "../runs/left-aside.ts";
import { leftCopy } from "../runs/left-copy.ts";
import type { CleanupArguments } from "../options/options.ts";
import { readRehearsalMode } from "../process/rehearsal-mode.ts";
import { resume } from "./run/resume.ts";
import { runWith } from "./run/run.ts";
import { openStateDirectory } from "../process/state.ts";

export type CleanupCall = ConductArguments & CleanupArguments & { readonly run?: string | undefined };

/**
 * Deletes for good the things that a run moved aside. It is a new run of the runbook `clean-up`: reviewed, confirmed
 * with the typed target, journaled. Called again, it goes on after a break.
 */
export async function cleanup(given: CleanupCall): Promise<number> {
  const state = openStateDirectory({ stateDir: given["state-dir"] });
  if (given.run === undefined) throw runMissing(state);
  const run = state.find(given.run);
  const { entries } = state.read(run);
  if (replay(entries).rehearsal && readRehearsalMode(process.env) === undefined)
    throw refuse("run-ended", `run ${run} is a rehearsal: its box keeps nothing when it ends`)
      .at(run)
      .advise("There is nothing to delete.");
  const aside = leftAside(entries, run);
  const inputs = aside ?? leftCopy(entries, run);
  if (inputs === undefined) {
    createOutput({ secrets, color: given.color }).line(`Run ${run} moved nothing aside: there is nothing to delete.`);
    return EXIT.done;
  }
  const cleanups = cleanupsOf(state, run);
  // A second one beside it would delete without knowing how far the first one is.
  refuseSuspects(state, run, cleanups);
  const broken = cleanups.read.findLast(({ isOpen }) => isOpen);
  if (broken !== undefined && !given["dry-run"])
    return await resume({ ...given, run: broken.run, decide: [], "accept-runbook": false, "take-over": false });
  return await runWith(
    { ...given, input: [], inputs: undefined, runbook: aside === undefined ? CLEAN_UP_COPY : CLEAN_UP },
    inputs,
  );
}

function runMissing(state: StateDirectory): RecoverError {
  const runs = cleanable(state).map(({ run, target }) => `\n  ${run}  ${target}`);
  return refuse("usage", "RUN is missing").advise(
    runs.length === 0
      ? `No run in ${quoted(state.path)} that has ended left anything aside; what a rehearsal leaves is gone with its box.`
      : `Name the run. These left something aside:${runs.join("")}`,
  );
}
