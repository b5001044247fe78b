import type { JsonObject } from "../action.js";
import { dryRun } from "../engine/dry-run.js";
import { requireAllInputs, startingInputs } from "../engine/inputs.js";
import type { RunEvent } from "../engine/event.js";
import { runRunbook } from "../engine/run.js";
import { EventLog } from "../journal/event-log.js";
import { NO_LOCKS } from "../journal/key-locks.js";
import { MemoryJournal } from "../journal/memory-journal.js";
import { newRunId } from "../journal/run-id.js";
import type { DrillTimes } from "../ports/settings.js";
import { TEST_RUNBOOK } from "../report/backup-test.js";
import { refuseGoneFindings } from "./before-test.js";
import { configFor } from "./configuration.js";
import { conduct, type ConductArguments, flagsOf, hasBegun, openStage } from "./conductor.js";
import { secrets } from "./failure.js";
import { readInputs } from "./inputs.js";
import { lastDrill } from "./last-drill.js";
import { leaseTerms } from "./lease-terms.js";
import type { InputArguments } from "./options.js";
import { useOwnActions } from "./own-actions.js";
import { openRunbook } from "./shipped-runbooks.js";
import { openStateDirectory } from "./state.js";
import { usualTimes, withUsual } from "./usual-times.js";

const NOT_RESUMED = { decide: [], acceptRunbook: false, takeOver: false };

/** What follows a process that carried a run: its exit code, or another one. */
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
