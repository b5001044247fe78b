import type { JsonObject } from "../../../action.ts";
import { dryRun } from "../../../engine/run/dry-run.ts";
import { requireAllInputs, startingInputs } from "../../../engine/steps/inputs.ts";
import type { RunEvent } from "../../../engine/state/event.ts";
import { runRunbook } from "../../../engine/run/run.ts";
import { EventLog } from "../../../engine/journal/event-log.ts";
import { NO_LOCKS } from "../../../engine/journal/key-locks.ts";
import { MemoryJournal } from "../../../engine/journal/memory-journal.ts";
import { newRunId } from "../../../engine/journal/run-id.ts";
import type { DrillTimes } from "../../../ports/settings.ts";
import { TEST_RUNBOOK } from "../../../report/backup-test.ts";
import { refuseGoneFindings } from "../../session/before-test.ts";
import { configFor } from "../../session/configuration.ts";
import { conduct, type ConductArguments, flagsOf, hasBegun, openStage } from "../../session/conductor.ts";
import { secrets } from "../../process/failure.ts";
import { readInputs } from "../../session/inputs.ts";
import { lastDrill } from "../../runs/last-drill.ts";
import { leaseTerms } from "../../session/lease-terms.ts";
import type { InputArguments } from "../../options/options.ts";
import { useOwnActions } from "../../session/own-actions.ts";
import { openRunbook } from "../../process/shipped-runbooks.ts";
import { openStateDirectory } from "../../process/state.ts";
import { usualTimes, withUsual } from "../../runs/usual-times.ts";

const NOT_RESUMED = { decide: [], acceptRunbook: false, takeOver: false };

/** The action after a process that carried a run: it returns that exit code, or another one. */
export type Afterwards = (run: string, code: number) => Promise<number>;

const AS_IT_ENDED: Afterwards = (_run, code) => Promise.resolve(code);

/** Begins a run. Everything that can be wrong with the call is said before anything is written. */
export async function run(given: RunCall, afterwards = AS_IT_ENDED): Promise<number> {
  return await runWith(given, readInputs(given), afterwards);
}

export type RunCall = ConductArguments & InputArguments & { readonly runbook: string };

/** As `run`, with inputs that the command itself knows. */
export async function runWith(given: RunCall, inputs: JsonObject, afterwards = AS_IT_ENDED): Promise<number> {
  const stage = openStage(given);
  await useOwnActions(given);
  const runbook = openRunbook(given.runbook);
  const flags = flagsOf(given, NOT_RESUMED);
  // A wrong input or configuration is said before there is a run.
  const starting = startingInputs(runbook, inputs, stage.clock.now());
  if (runbook.name === TEST_RUNBOOK) refuseGoneFindings(starting["serious"]);
  const common = { stage, runbook, flags, config: await configFor(runbook, given, inputs) };
  if (!stage.asks && stage.mode === undefined) requireAllInputs(runbook, starting);
  if (given["dry-run"]) {
    const journal = new MemoryJournal({ run: newRunId(stage.clock.now()), secrets, now: () => stage.clock.now() });
    return await conduct({ ...common, journal, locks: NO_LOCKS }, (options) => dryRun({ ...options, inputs }));
  }
  const now = (): Date => stage.clock.now();
  const state = openStateDirectory({ stateDir: given["state-dir"], now });
  const { journal, locks, directory } = state.create();
  stage.mode?.began(journal.run);
  const lease = leaseTerms(common.config.lease, { journal, directory }, { takeOver: false, now });
  const drill = (): DrillTimes | undefined => lastDrill(state, stage.mode !== undefined);
  const events = new EventLog(directory, secrets);
  const alsoTo = (event: RunEvent): void => events.write(event);
  try {
    const which = { runbook: runbook.name, rehearsal: stage.mode !== undefined };
    const told = withUsual(() => usualTimes(state, which));
    const code = await conduct({ ...common, ...lease, drill, journal, locks, told, alsoTo }, (options) =>
      runRunbook({ ...options, inputs }),
    );
    return await afterwards(journal.run, code);
  } finally {
    if (!hasBegun(journal)) state.discard(journal.run);
  }
}
