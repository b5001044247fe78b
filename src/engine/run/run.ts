/**
 * The engine's face: begin a run, carry one on, undo one. None throws: each error becomes a journaled end, a
 * `run-ended` event and a result with its exit code.
 */
import type { EvidenceRef, JsonObject } from "../../action.ts";
import { asRecoverError, isTransient, type RecoverError, refuse } from "../../errors.ts";
import type { EventBody, RunOutcome } from "../state/event.ts";
import { optional } from "../../kit/optional.ts";
import { checkConfirm } from "../steps/consent.ts";
import { execute } from "./executor.ts";
import { givenInputs } from "../state/given-inputs.ts";
import { askForInputs, requireWholeInputs, startingInputs } from "../steps/inputs.ts";
import type { EngineOptions, RunOptions, RunResult } from "../state/options.ts";
import { changedSteps, stepHashes } from "../state/plan.ts";
import { endCode } from "../state/finds.ts";
import { knownSoFar } from "../state/known.ts";
import { recheck } from "../steps/recheck.ts";
import { journaled, Session } from "../state/session.ts";
import { touchesWorld } from "../state/summary.ts";
import { requireMadeTarget } from "../steps/target.ts";
import { refuseWithoutWay, undoAll } from "./undo.ts";
import { undoBegan } from "./undo-preview.ts";
import { canGoBack, unitsToUndo } from "../steps/way-back.ts";
import { type Standstill, wayOn } from "../state/way-on.ts";

/** Begins a run on a journal without one. */
export async function runRunbook(options: RunOptions): Promise<RunResult> {
  return conduct(options, (session) => begin(session, options.inputs));
}

/**
 * Carries a run on after any end of the process before. Adds the errors `runbook-changed` and `run-ended`. A process
 * that died before its first entry has begun nothing: then the run begins now, and asks for its inputs.
 */
export async function resumeRun(options: EngineOptions): Promise<RunResult> {
  return conduct(options, async (session) => {
    if (session.state.back) return walkBack(session);
    return session.state.startedAt === "" ? begin(session, {}) : goOn(session);
  });
}

/**
 * Undoes the run's steps, last step first; from then on the run only walks back, also when it is resumed. Adds the
 * errors `runbook-changed` and `run-ended`.
 */
export async function undoRun(options: EngineOptions): Promise<RunResult> {
  return conduct(options, walkBack);
}

type Ending = "succeeded" | "undone";

async function begin(session: Session, given: JsonObject): Promise<Ending> {
  const { runbook, carrier, clock } = session.options;
  const inputs = startingInputs(runbook, given, clock.now());
  requireWholeInputs(session, inputs);
  await session.ledger.append({
    type: "run-started",
    runbook: runbook.name,
    runbookVersion: runbook.version,
    runbookSha256: runbook.sha256,
    runbookText: await keepRunbook(session),
    inputs,
    ...defaulted(inputs, given),
    ...carrier,
    steps: stepHashes(runbook),
  });
  announce(session, { resumed: false });
  await askForInputs(session);
  await execute(session);
  return "succeeded";
}

function defaulted(inputs: JsonObject, given: JsonObject): { readonly defaulted?: readonly string[] } {
  const names = Object.keys(inputs).filter((name) => given[name] === undefined || given[name] === null);
  return names.length === 0 ? {} : { defaulted: names };
}

async function goOn(session: Session): Promise<Ending> {
  refuseEnded(session);
  await takeUp(session, {});
  await recheck(session);
  await askForInputs(session);
  await execute(session);
  return "succeeded";
}

async function walkBack(session: Session): Promise<Ending> {
  const { phase } = session.state;
  if (phase.kind !== "ended" || phase.outcome !== "succeeded") refuseEnded(session);
  await takeUp(session, { back: true });
  await undoAll(session);
  return "undone";
}

async function takeUp(session: Session, way: { readonly back?: true }): Promise<void> {
  const { carrier, flags, locks, runbook } = session.options;
  const { operator, host, toolVersion } = carrier;
  const { takeOver } = flags;
  const where = carrier.lease === undefined ? {} : { lease: carrier.lease };
  refuseChanged(session);
  const imported = session.options.journal.isBrought === true;
  if (imported) requireMadeTarget(session);
  if (way.back === true) refuseWithoutWay(session);
  const from = imported ? ({ imported } as const) : {};
  await session.ledger.append({
    type: "run-resumed",
    operator,
    host,
    toolVersion,
    takeOver,
    ...where,
    ...way,
    ...from,
  });
  if (runbook.sha256 !== session.state.runbookSha256) await acceptRunbook(session);
  if (way.back === true) announceUndo(session);
  else announce(session, { resumed: true });
  await locks.acquire([...new Set(session.state.locks)]);
  checkConfirm(session);
}

async function conduct(options: EngineOptions, work: (session: Session) => Promise<Ending>): Promise<RunResult> {
  const session = new Session(options);
  try {
    return await end(session, await work(session));
  } catch (thrown) {
    return await stop(session, asRecoverError(thrown));
  }
}

function announce(session: Session, { resumed }: { readonly resumed: boolean }): void {
  const { runbook, carrier } = session.options;
  const steps = session.plan.steps.map(({ step, effect }) => ({
    ...{ id: step.id, title: step.title, effect },
    ...(step.when === undefined ? {} : { conditional: true as const }),
  }));
  const { rehearsal } = carrier;
  session.emit({
    type: "run-began",
    runbook: runbook.name,
    title: runbook.title,
    steps,
    dryRun: false,
    rehearsal,
    resumed,
    ...(resumed ? soFar(session) : {}),
  });
}

function soFar(session: Session): Partial<Pick<Extract<EventBody, { type: "run-began" }>, "given" | "known">> {
  const given = givenInputs(session.state);
  return { ...(given.length === 0 ? {} : { given }), ...optional("known", knownSoFar(session)) };
}

/** Headed as its dry run is. */
function announceUndo(session: Session): void {
  const { runbook, carrier } = session.options;
  const { rehearsal } = carrier;
  const began = undoBegan(runbook, unitsToUndo(session.plan, session.state));
  session.emit({ ...began, dryRun: false, rehearsal });
}

async function end(session: Session, outcome: Ending): Promise<RunResult> {
  await closeDown(session);
  await session.ledger.append({ type: "run-ended", outcome });
  await releaseLocks(session);
  return report(session, { outcome, exitCode: outcome === "succeeded" ? endCode(session) : 0 });
}

/**
 * Writes the end down if that is still possible; if it is not, nothing more is done at all (I3). A process that
 * was refused before it began leaves the journal as it found it.
 */
async function stop(session: Session, error: RecoverError): Promise<RunResult> {
  const { ledger } = session;
  const outcome = outcomeOf(session, error);
  let last = error;
  if (!ledger.isLost && ledger.hasBegun) {
    try {
      await closeDown(session);
      const why = error.message;
      await ledger.append({ type: "run-stopped", why, exitCode: error.exitCode, error: journaled(error) });
    } catch (thrown) {
      last = asRecoverError(thrown);
    }
  }
  if (!ledger.isLost && !touchesWorld(session.plan, session.state)) await releaseLocks(session);
  return report(session, { outcome, exitCode: last.exitCode, error: last });
}

/** A lock that cannot be removed does no harm: locks of an ended run are free, and this run finds its own again. */
async function releaseLocks(session: Session): Promise<void> {
  try {
    await session.options.locks.release();
  } catch (thrown) {
    session.emit({ type: "note", message: `the locks were not removed: ${asRecoverError(thrown).message}` });
  }
}

function outcomeOf(session: Session, error: RecoverError): RunOutcome {
  if (error.exitCode === 14) return "in-doubt";
  if (isTransient(error)) return "waiting";
  const stopped = [11, 13, 130].includes(error.exitCode);
  return stopped || session.ledger.isLost ? "stopped" : "failed";
}

function report(session: Session, ended: Omit<RunResult, "run" | "head">): RunResult {
  const { run, head } = session.options.journal;
  const { outcome, exitCode, error } = ended;
  tellUnusedDecisions(session);
  session.emit({
    type: "run-ended",
    outcome,
    exitCode,
    head,
    ...(error === undefined ? {} : { error: journaled(error), ...wayOn(session.state, standstill(session, error)) }),
  });
  return { run, head, ...ended };
}

/** Tells the operator that nobody asked for a given decision: it decides nothing later on. */
function tellUnusedDecisions(session: Session): void {
  for (const given of session.unusedDecisions)
    session.emit({ type: "note", message: `--decide ${given} decided nothing: that question did not come` });
}

function standstill({ options, plan, state }: Session, { code, place, remedy }: RecoverError): Standstill {
  const touched = touchesWorld(plan, state);
  return { run: options.journal.run, code, place, remedy, touched, canGoBack: canGoBack(plan, state) };
}

async function closeDown(session: Session): Promise<void> {
  try {
    await session.options.beforeEnd?.();
  } catch (thrown) {
    session.ledger.assertSound();
    session.emit({ type: "note", message: `closing down: ${asRecoverError(thrown).message}` });
  }
}

async function keepRunbook(session: Session): Promise<EvidenceRef> {
  const { runbook } = session.options;
  return session.ledger.keep(`${runbook.name}.yml`, runbook.text);
}

function refuseEnded(session: Session): void {
  const { phase } = session.state;
  if (phase.kind !== "ended") return;
  throw refuse("run-ended", `run ${session.state.run} has ended (${phase.outcome})`).advise(
    'Begin another with "dingo-recover run".',
  );
}

function refuseChanged(session: Session): void {
  const { runbook, flags } = session.options;
  if (flags.acceptRunbook || runbook.sha256 === session.state.runbookSha256) return;
  const changed = changedSteps(session.state.stepHashes, runbook);
  const what = changed.length === 0 ? "only text outside its steps" : `the steps ${changed.join(", ")}`;
  throw refuse("runbook-changed", `the runbook is not the one that the run began with: ${what} changed`)
    .at(runbook.file)
    .advise(
      `Put the old text back (it lies in the run's evidence), or accept the new one with "${session.resumeCommand} --accept-runbook".`,
    );
}

async function acceptRunbook(session: Session): Promise<void> {
  const { runbook, carrier } = session.options;
  const runbookText = await keepRunbook(session);
  const by = carrier.operator;
  const steps = stepHashes(runbook);
  await session.ledger.append({ type: "runbook-accepted", runbookSha256: runbook.sha256, runbookText, by, steps });
}
