import { resumeRun } from "../engine/run.js";
import { replay } from "../engine/replay.js";
import { EventLog } from "../journal/event-log.js";
import { chooseRun } from "./choose-run.js";
import { configFor } from "./configuration.js";
import { conduct, type ConductArguments, flagsOf, openStage } from "./conductor.js";
import { secrets } from "./failure.js";
import type { ResumeArguments } from "./options.js";
import { openRunbook } from "./shipped-runbooks.js";
import { openStateDirectory } from "./state.js";

/** Carries a run on with the runbook of its name, which must be the one that it began with. */
export async function resume(
  given: ConductArguments & ResumeArguments & { readonly run?: string | undefined },
): Promise<number> {
  const stage = openStage(given);
  const flags = flagsOf(given, {
    decide: given.decide,
    acceptRunbook: given["accept-runbook"],
    takeOver: given["take-over"],
  });
  const state = openStateDirectory({
    stateDir: given["state-dir"],
    now: () => stage.clock.now(),
    observer: stage.mode?.observer,
  });
  const run = chooseRun(state, given.run);
  const begun = replay(state.read(run).entries);
  if (begun.rehearsal && stage.mode === undefined) {
    // Refused while another process plays it: a second box over the same world would tear it.
    await state.open(run, { takeOver: false }).journal.close();
    return await (await import("./rehearse.js")).resumeRehearsed(given, run);
  }
  const runbook = openRunbook(begun.runbook || "recover-deleted-service");
  const config = configFor(runbook, given, begun.inputs);
  const { journal, locks, directory } = state.open(run, { takeOver: given["take-over"] });
  const events = new EventLog(directory, secrets);
  return await conduct(
    { stage, runbook, journal, locks, flags, config, alsoTo: (event) => events.write(event) },
    resumeRun,
  );
}
