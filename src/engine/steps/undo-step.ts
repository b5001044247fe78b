/**
 * Takes one unit back: what is left of it is looked at first, and a way back is as little retried blindly as a step.
 *
 *   probe ─▶ done: step-undone
 *     └▶ not done, partly ─▶ guard ─▶ step-started (back) ─▶ run ─▶ probe ─▶ done: step-undone
 *     └▶ unknown ─▶ step-in-doubt (back): a person decides              └▶ else: step-failed (back)
 */
import type { Taken, UndoProbe } from "../../action.ts";
import { giveUp, isTransient, type RecoverError } from "../../errors.ts";
import { hashCommands } from "../state/foresight.ts";
import { Patience, patiently } from "./patience.ts";
import { errorOf, isStop, journaled, type Session } from "../state/session.ts";
import { unitName } from "../state/state.ts";
import { contextFor } from "./step-context.ts";
import { decideBackDoubt } from "./undo-doubt.ts";
import { type ErasedWayBack, isLeft, type UnitToUndo } from "./way-back.ts";

const SAFE = "The way back of this step has begun and may have had its effect; it is not gone again before a look.";

/** Errors: `in-doubt`, `guard-refused`, `proof-failed`, what the way back threw; journaled. */
export async function undoUnit(session: Session, one: UnitToUndo): Promise<void> {
  const { undo } = one;
  if (undo === undefined) throw new Error(`${unitName(one.unit)} has no way back`);
  if (isLeft(undo)) return markUndone(session, one, { how: "left", evidence: undo.leaves });
  const weather = new Patience(session, one.unit, SAFE);
  for (let at = one; ; at = { ...at, attempt: at.attempt + 1 }) {
    const going = { one: at, undo, weather };
    if (await isTakenBack(session, going)) return;
    if (await goBack(session, going)) return;
  }
}

export interface Undone {
  /** Absent if the way back was gone just now. */
  readonly how?: "left" | "found" | "by-hand";
  readonly evidence: string;
}

/** Writes down that nothing of the unit is left, or nothing that undo takes back. */
export async function markUndone(session: Session, one: UnitToUndo, undone: Undone): Promise<void> {
  const { unit, attempt } = one;
  const found = undone.how === "found" ? ({ found: true } as const) : {};
  await session.ledger.append({ type: "step-undone", ...unit, attempt, evidence: undone.evidence, ...found });
  session.emit({ type: "step-ended", ...unit, state: "undone", ...undone, durationMs: 0 });
}

interface Going {
  readonly one: UnitToUndo;
  readonly undo: ErasedWayBack;
  readonly weather: Patience;
}

async function isTakenBack(session: Session, { one, undo }: Going): Promise<boolean> {
  const found = await probeBack(session, one, undo);
  if (found.state !== "unknown" && found.state !== "done") return false;
  if (found.state === "unknown") {
    const look = (): Promise<UndoProbe> => probeBack(session, one, undo);
    const decided = await decideBackDoubt(session, one, { evidence: found.evidence, look });
    if (decided === "again") return false;
    await markUndone(session, one, { how: "by-hand", evidence: decided.evidence });
    return true;
  }
  await markUndone(session, one, { how: "found", evidence: found.evidence });
  return true;
}

/** True if the unit is undone; false if the probe showed that the way back has to be gone again. */
async function goBack(session: Session, { one, undo, weather }: Going): Promise<boolean> {
  const { unit, attempt, planned, input, commands } = one;
  await session.checkStop();
  await patiently(session, unit, async () => undo.guard(contextOf(session, one), taken(one)));
  await session.checkStop();
  const { effect } = undo;
  const beganMs = session.workedMs();
  await session.ledger.append({
    type: "step-started",
    ...unit,
    attempt,
    action: planned.step.action.id,
    effect,
    input: input.raw,
    commandsSha256: hashCommands(commands),
    commands,
    back: true,
  });
  const began = { title: undoUnitTitle(one), effect, attempt: attempt - one.stepAttempt, commands };
  session.emit({ type: "step-began", ...unit, ...began, undo: undo.cost, back: true });
  const error = await attemptBack(session, one, undo);
  if (error !== undefined && isTransient(error)) await weather.pause(error);
  const found = await probeBack(session, one, undo);
  if (found.state === "done") {
    await markUndone(session, one, { evidence: found.evidence });
    return true;
  }
  // The doubt is decided when the world is looked at next.
  if (found.state === "unknown") return false;
  const failed = error ?? unproven(session, one, found.evidence);
  await fail(session, one, { error: failed, probed: found.state, beganMs });
  if (isTransient(failed)) return false;
  throw failed;
}

export const undoUnitTitle = ({ planned }: UnitToUndo): string => `Undo "${planned.step.title}"`;

async function attemptBack(session: Session, one: UnitToUndo, undo: ErasedWayBack): Promise<RecoverError | undefined> {
  try {
    await session.untilAborted(undo.run(contextOf(session, one), taken(one)));
    return undefined;
  } catch (thrown) {
    session.ledger.assertSound();
    if (session.options.signal.aborted) throw session.interrupted("A call was left behind unanswered.");
    const error = errorOf(thrown, one.unit);
    if (isStop(error)) throw error;
    return error;
  }
}

/** A probe's error reads as "unknown" (law 5), except for a network that stays away longer than the patience. */
async function probeBack(session: Session, one: UnitToUndo, undo: ErasedWayBack): Promise<UndoProbe> {
  const found = await patiently(session, one.unit, async (): Promise<UndoProbe> => {
    try {
      return await undo.probe(contextOf(session, one), taken(one));
    } catch (thrown) {
      session.ledger.assertSound();
      const error = errorOf(thrown, one.unit);
      if (error.code === "unreachable" || isStop(error)) throw error;
      return { state: "unknown", evidence: `the probe itself failed: ${error.message}` };
    }
  });
  session.emit({ type: "step-probed", ...one.unit, state: found.state, evidence: found.evidence, back: true });
  return found;
}

async function fail(
  session: Session,
  { unit, attempt }: UnitToUndo,
  failure: { readonly error: RecoverError; readonly probed: "not-done" | "partly"; readonly beganMs: number },
): Promise<void> {
  const error = journaled(failure.error, unit);
  await session.ledger.append({ type: "step-failed", ...unit, attempt, error, probed: failure.probed, back: true });
  const durationMs = Math.round(session.workedMs() - failure.beganMs);
  session.emit({ type: "step-ended", ...unit, state: "failed", evidence: "", error, durationMs });
}

function unproven(session: Session, { unit }: UnitToUndo, evidence: string): RecoverError {
  const name = unitName(unit);
  return giveUp("proof-failed", `the step "${name}" was taken back, but something of it is left: ${evidence}`)
    .at(`step ${name}`)
    .advise(
      `Put it right and continue with "${session.resumeCommand}": the result is checked before anything is done again.`,
    );
}

function contextOf(session: Session, { planned, unit, attempt }: UnitToUndo): ReturnType<typeof contextFor> {
  return contextFor(session, planned, { unit, attempt });
}

function taken({ input, output }: UnitToUndo): Taken<never, UnitToUndo["output"] & object> {
  return { input: input.parsed, output };
}
