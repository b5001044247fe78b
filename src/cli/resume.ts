import { resumeRun } from "../engine/run.js";
import type { RunEvent } from "../engine/event.js";
import { replay } from "../engine/replay.js";
import { EXIT } from "../errors.js";
import { EventLog } from "../journal/event-log.js";
import { batchOf } from "./batch.js";
import { chooseRunOrRehearsal } from "./choose-run.js";
import { configFor } from "./configuration.js";
import { conduct, type ConductArguments, flagsOf, openStage } from "./conductor.js";
import { requireKnownSteps } from "./decided-steps.js";
import { secrets } from "./failure.js";
import { lastDrill } from "./last-drill.js";
import { leasePlace, leaseTerms } from "./lease-terms.js";
import type { FromArguments, ResumeArguments } from "./options.js";
import type { Afterwards } from "./run.js";
import { openRunbook } from "./shipped-runbooks.js";
import { openStateDirectory } from "./state.js";

export type ResumeCall = ConductArguments &
  ResumeArguments &
  Partial<FromArguments> & { readonly run?: string | undefined };

/** Carries a run on with the runbook of its name, which must be the one that it began with. */
export async function resume(
  given: ResumeCall,
  afterwards: Afterwards = (_run, code) => Promise.resolve(code),
): Promise<number> {
  const stage = openStage(given);
  const { from } = given;
  const flags = flagsOf(given, {
    decide: given.decide,
    acceptRunbook: given["accept-runbook"],
    // Whoever brings a run from elsewhere takes it over, also where nobody holds it any more.
    takeOver: given["take-over"] || from !== undefined,
  });
  const now = (): Date => stage.clock.now();
  const state = openStateDirectory({
    stateDir: given["state-dir"],
    now,
    observer: stage.mode?.observer,
  });
  const run =
    from === undefined
      ? chooseRunOrRehearsal(state, given.run, (text) => stage.output.error(text))
      : await (await import("./arrival.js")).bringFrom({
          ...{ given, from, state, run: given.run, takeOver: given["take-over"] },
          say: (text) => stage.output.error(text),
        });
  const { entries } = state.read(run);
  const begun = replay(entries);
  if (begun.rehearsal && stage.mode === undefined) {
    // Refused while another process plays it: a second box over the same world would tear it.
    if (batchOf(entries) === undefined) await state.open(run, { takeOver: false }).journal.close();
    return await (await import("./rehearse.js")).resumeRehearsed(given, run);
  }
  // It has come to its end, and its runs have not.
  if (batchOf(entries) !== undefined) return await afterwards(run, EXIT.done);
  const runbook = openRunbook(begun.runbook || "recover-deleted-service");
  requireKnownSteps(flags.decide.keys(), runbook, begun);
  const config = configFor(runbook, given, begun.inputs);
  const at = leasePlace(run, entries, config);
  const { journal, locks, directory } = state.open(run, { takeOver: flags.takeOver });
  const drill = lastDrill(state, stage.mode !== undefined);
  const events = new EventLog(directory, secrets);
  const alsoTo = (event: RunEvent): void => events.write(event);
  const lease = leaseTerms(at, { journal, directory }, { takeOver: flags.takeOver, now });
  const code = await conduct({ stage, runbook, journal, locks, flags, config, ...lease, drill, alsoTo }, resumeRun);
  return await afterwards(run, code);
}
