import { resumeRun } from "../../../engine/run/run.ts";
import type { RunEvent } from "../../../engine/state/event.ts";
import { replay } from "../../../engine/state/replay.ts";
import { EXIT } from "../../../errors.ts";
import { EventLog } from "../../../engine/journal/event-log.ts";
import { optional } from "../../../kit/optional.ts";
import type { DrillTimes } from "../../../ports/settings.ts";
import { isMirror } from "./resume-from.ts";
import { batchOf } from "../../runs/batch.ts";
import { begunRunbook } from "../../runs/begun-runbook.ts";
import { refuseTwoSignatures } from "./two-signatures.ts";
import { chooseRunOrRehearsal } from "../../runs/choose-run.ts";
import { configFor } from "../../session/configuration.ts";
import { conduct } from "../../session/conductor.ts";
import { type ConductArguments, flagsOf, openStage } from "../../session/stage.ts";
import { secrets } from "../../process/failure.ts";
import { requireDecidable, requireUndecided } from "../../session/given-decisions.ts";
import { lastDrill } from "../../runs/last-drill.ts";
import { leasePlace, leaseTerms } from "../../session/lease-terms.ts";
import { neverBegan, requireNotLost } from "../../runs/never-began.ts";
import type { AcceptArguments, FromArguments, ResumeArguments } from "../../options/options.ts";
import type { Afterwards } from "./begin.ts";
import { useOwnActions } from "../../session/own-actions.ts";
import { openStateDirectory } from "../../process/state.ts";
import { usualTimes, withUsual } from "../../runs/usual-times.ts";

export type ResumeCall = ConductArguments &
  ResumeArguments &
  Partial<FromArguments> &
  Partial<AcceptArguments> & { readonly run?: string | undefined };

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
    // An operator who brings a run from its mirror takes it over, even if nobody holds it any more.
    takeOver: given["take-over"] || (from !== undefined && isMirror(from)),
  });
  const now = (): Date => stage.clock.now();
  const state = openStateDirectory({ stateDir: given["state-dir"], now });
  const { run, epoch } =
    from === undefined
      ? { run: chooseRunOrRehearsal(state, given.run, { say: (text) => stage.output.error(text) }), epoch: 0 }
      : await (await import("./resume-from.ts")).bringFrom({
          ...{ given, from, state, run: given.run, takeOver: given["take-over"] },
          say: (text) => stage.output.error(text),
        });
  const { entries } = state.read(run);
  refuseTwoSignatures(run, entries);
  const begun = replay(entries);
  const isBatch = batchOf(entries) !== undefined;
  if (isBatch) requireUndecided(flags.decide, run);
  if (begun.startedAt === "" && stage.mode === undefined) {
    requireNotLost(state, run, entries);
    // If another process is about to begin it, that is said.
    await state.open(run, { takeOver: flags.takeOver }).journal.close();
    throw neverBegan(run, state.directoryOf(run), "resume");
  }
  if (begun.rehearsal && stage.mode === undefined) {
    // Refused while another process plays it: a second box over the same world would tear it.
    if (!isBatch) await state.open(run, { takeOver: false }).journal.close();
    return await (await import("../rehearse/rehearse.ts")).resumeRehearsed(given, run);
  }
  // It has come to its end, and its runs have not.
  if (isBatch) return await afterwards(run, EXIT.done);
  await useOwnActions(given);
  const runbook = begunRunbook(state.directoryOf(run), entries);
  requireDecidable(flags.decide, runbook, begun);
  const config = await configFor(runbook, given, begun.inputs);
  const at = leasePlace(run, entries, config);
  const { journal, locks, directory } = state.open(run, { takeOver: flags.takeOver, above: epoch });
  const drill = (): DrillTimes | undefined => lastDrill(state, stage.mode !== undefined);
  const events = new EventLog(directory, secrets);
  const alsoTo = (event: RunEvent): void => events.write(event);
  const lease = leaseTerms(at, { journal, directory }, { takeOver: flags.takeOver, now });
  const which = { runbook: runbook.name, rehearsal: stage.mode !== undefined };
  // An undo takes another time than the steps took.
  const told = begun.undoAsked || begun.back ? undefined : withUsual(() => usualTimes(state, which));
  const work = { stage, state, runbook, journal, locks, flags, config, ...lease, drill, alsoTo };
  const code = await conduct({ ...work, ...optional("told", told) }, resumeRun);
  return await afterwards(run, code);
}
