/** The beginning of a run whose call is sound: its journal, and the first process that carries it. */
import type { JsonObject } from "../../../action.ts";
import { dryRun } from "../../../engine/run/dry-run.ts";
import type { RunEvent } from "../../../engine/state/event.ts";
import { runRunbook } from "../../../engine/run/run.ts";
import { EventLog } from "../../../engine/journal/event-log.ts";
import { NO_LOCKS } from "../../../engine/journal/key-locks.ts";
import { MemoryJournal } from "../../../engine/journal/memory-journal.ts";
import { newRunId } from "../../../engine/journal/run-id.ts";
import type { DrillTimes } from "../../../ports/settings.ts";
import { type Conduct, conduct, hasBegun } from "../../session/conductor.ts";
import { loadActions } from "../../process/planned-runbook.ts";
import { secrets } from "../../process/failure.ts";
import { lastDrill } from "../../runs/last-drill.ts";
import { leaseTerms } from "../../session/lease-terms.ts";
import { openStateDirectory } from "../../process/state.ts";
import { usualTimes, withUsual } from "../../runs/usual-times.ts";

type Beginning = Pick<Conduct, "stage" | "runbook" | "flags" | "config"> & { readonly inputs: JsonObject };

/** The action after a process that carried a run: it returns that exit code, or another one. */
export type Afterwards = (run: string, code: number) => Promise<number>;

interface Means {
  readonly stateDir: string | undefined;
  readonly afterwards: Afterwards;
}

/** On a journal that is thrown away. */
export async function tryDry({ inputs, ...common }: Beginning): Promise<number> {
  await loadActions();
  const now = (): Date => common.stage.clock.now();
  const journal = new MemoryJournal({ run: newRunId(now()), secrets, now });
  return await conduct({ ...common, journal, locks: NO_LOCKS }, (options) => dryRun({ ...options, inputs }));
}

export async function begin({ inputs, ...common }: Beginning, { stateDir, afterwards }: Means): Promise<number> {
  await loadActions();
  const { stage, runbook, config } = common;
  const now = (): Date => stage.clock.now();
  const state = openStateDirectory({ stateDir, now });
  const { journal, locks, directory } = state.create();
  stage.mode?.began(journal.run);
  const lease = leaseTerms(config.lease, { journal, directory }, { takeOver: false, now });
  const drill = (): DrillTimes | undefined => lastDrill(state, stage.mode !== undefined);
  const events = new EventLog(directory, secrets);
  const alsoTo = (event: RunEvent): void => events.write(event);
  try {
    const which = { runbook: runbook.name, rehearsal: stage.mode !== undefined };
    const told = withUsual(() => usualTimes(state, which));
    const code = await conduct({ ...common, ...lease, drill, state, journal, locks, told, alsoTo }, (options) =>
      runRunbook({ ...options, inputs }),
    );
    return await afterwards(journal.run, code);
  } finally {
    if (!hasBegun(journal)) state.discard(journal.run);
  }
}
