import type { RunEvent } from "../../engine/state/event.ts";
import { replay } from "../../engine/state/replay.ts";
import { undoRun } from "../../engine/run/run.ts";
import { previewUndo } from "../../engine/run/undo-preview.ts";
import { EXIT, refuse } from "../../errors.ts";
import { EventLog } from "../../engine/journal/event-log.ts";
import { begunRunbook } from "../runs/begun-runbook.ts";
import { refuseTwoSignatures } from "./run/two-signatures.ts";
import { chooseRunOrRehearsal, undoCommands } from "../runs/choose-run.ts";
import { cleanupsOf, leftOutLine, refuseSuspects } from "../runs/cleanups.ts";
import { conduct } from "../session/conductor.ts";
import { type ConductArguments, flagsOf, openStage } from "../session/stage.ts";
import { configFor } from "../session/configuration.ts";
import { secrets } from "../process/failure.ts";
import { requireDecidableBack } from "../session/given-decisions.ts";
import { leasePlace, leaseTerms } from "../session/lease-terms.ts";
import { neverBegan } from "../runs/never-began.ts";
import type { ResumeArguments, UndoArguments } from "../options/options.ts";
import { useOwnActions } from "../session/own-actions.ts";
import { openStateDirectory } from "../process/state.ts";

export type UndoCall = ConductArguments & ResumeArguments & UndoArguments & { readonly run?: string | undefined };

/** Takes back what a run did, also one that has succeeded. Called again, it goes on where it was broken off. */
export async function undo(given: UndoCall): Promise<number> {
  const stage = openStage(given);
  const flags = flagsOf(given, {
    decide: given.decide,
    acceptRunbook: given["accept-runbook"],
    takeOver: given["take-over"],
  });
  const now = (): Date => stage.clock.now();
  const state = openStateDirectory({ stateDir: given["state-dir"], now });
  const run = chooseRunOrRehearsal(state, given.run, {
    say: (text) => stage.output.error(text),
    ended: () => undoCommands(state),
  });
  const reading = state.read(run);
  const begun = replay(reading.entries);
  refuseTwoSignatures(run, reading.entries);
  if (begun.startedAt === "") throw neverBegan(run, state.directoryOf(run), "undo");
  const cleanups = cleanupsOf(state, run);
  if (cleanups.read.some(({ hasDeleted }) => hasDeleted))
    throw refuse("guard-refused", `what run ${run} moved aside was deleted by a cleanup: there is no way back`)
      .at(run)
      .advise("Nothing was changed. The present data are all there is: look after their backups.");
  // Things that a rehearsal moved aside lie in its own box, where no other run reaches them.
  if (!begun.rehearsal) refuseSuspects(state, run, cleanups);
  for (const other of begun.rehearsal ? [] : cleanups.leftOut) stage.output.error(leftOutLine(other));
  await useOwnActions(given);
  const runbook = begunRunbook(state.directoryOf(run), reading.entries);
  requireDecidableBack(flags.decide, runbook, begun);
  if (given["dry-run"]) {
    if (begun.rehearsal && stage.mode === undefined) (await import("./rehearse/rehearse.ts")).requireBox(given, run);
    const { entries, head } = reading;
    previewUndo({ runbook, entries, head, clock: stage.clock, secrets, sink: stage.renderer.sink });
    await stage.renderer.close();
    return EXIT.done;
  }
  if (begun.rehearsal && stage.mode === undefined) {
    // Refused while another process plays it: a second box over the same world would tear it.
    await state.open(run, { takeOver: false, back: true }).journal.close();
    return await (await import("./rehearse/rehearse.ts")).continueRehearsed(given, { command: "undo", run });
  }
  const config = await configFor(runbook, given, begun.inputs);
  const at = leasePlace(run, reading.entries, config);
  const { journal, locks, directory } = state.open(run, { takeOver: given["take-over"], back: true });
  const events = new EventLog(directory, secrets);
  const alsoTo = (event: RunEvent): void => events.write(event);
  const lease = leaseTerms(at, { journal, directory }, { takeOver: flags.takeOver, now });
  return await conduct({ stage, state, runbook, journal, locks, flags, config, ...lease, alsoTo }, undoRun);
}
