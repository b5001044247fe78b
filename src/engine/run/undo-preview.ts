/** A preview of `undo`, from the journal alone: each command with its real values, and its cost. No system is asked. */
import { refuse } from "../../errors.ts";
import { type Entry, endOf } from "../journal/entry.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Runbook } from "../runbook/runbook.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import type { EventBody, EventSink } from "../state/event.ts";
import { planRun } from "../state/plan.ts";
import { type Closing, IN_EARNEST, NOTHING } from "../../kit/text/closing.ts";
import { replay } from "../state/replay.ts";
import { undoUnitTitle } from "../steps/undo-step.ts";
import { isLeft, type UnitToUndo, unitsToUndo, wayBackOf } from "../steps/way-back.ts";

export interface UndoPreview {
  readonly runbook: Runbook;
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly sink: EventSink;
}

/** Nothing is written down. Error: `run-ended` for a run that was undone or handed over. */
export function previewUndo({ runbook, entries, head, clock, secrets, sink }: UndoPreview): void {
  const state = replay(entries);
  const { run, rehearsal } = state;
  refuseEnded(entries, run);
  const emit = (event: EventBody): void =>
    sink(
      secrets.maskJson({ schema: "dingo-recover/event@1", time: clock.now().toISOString(), run, ...event } as const),
    );
  const units = unitsToUndo(planRun(runbook), state);
  emit({ ...undoBegan(runbook, units), dryRun: true, rehearsal });
  for (const one of units) emit(foreseen(one));
  emit({ type: "run-ended", outcome: "succeeded", exitCode: 0, head, closing: PREVIEWED });
}

const PREVIEWED: Closing = {
  ...NOTHING,
  says: "This was a dry run of the undo: nothing was changed.",
  next: [IN_EARNEST],
};

/** The head of an undo: what is taken back, and of which runbook. */
export function undoBegan(runbook: Runbook, units: readonly UnitToUndo[]) {
  const steps = units.map(({ planned: { step, effect } }) => ({ id: step.id, title: step.title, effect }));
  const title = `Undo: ${runbook.title}`;
  return { type: "run-began", runbook: runbook.name, title, steps, resumed: true } as const;
}

function foreseen(one: UnitToUndo): EventBody {
  const { unit, planned, commands, undo } = one;
  const effect = undo === undefined || isLeft(undo) ? planned.effect : undo.effect;
  const title = undoUnitTitle(one);
  return { type: "step-would-run", ...unit, title, effect, commands, undo: wayBackOf(undo), back: true };
}

function refuseEnded(entries: readonly Entry[], run: string): void {
  const end = endOf(entries);
  if (end === undefined || end.outcome === "succeeded") return;
  throw refuse("run-ended", `run ${run} has ended (${end.outcome})`)
    .at(run)
    .advise(`Read its report with "dingo-recover report ${run}".`);
}
