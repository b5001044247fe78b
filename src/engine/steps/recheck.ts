/**
 * Resume looks at the world again (law 9). Each fact of a finished step that should still hold is verified, read-only.
 * Drift is shown before anything goes on.
 */
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../action.ts";
import { EXIT, RecoverError } from "../../errors.ts";
import { askAboutDrift, type Checked, type Drifted, type Fact, mayRunAgain } from "./drift-question.ts";
import { hashCommands } from "../state/foresight.ts";
import { masked } from "./outcome.ts";
import { patiently } from "./patience.ts";
import { verdictOf } from "./proof.ts";
import { readOnce } from "./read-step.ts";
import { errorOf, type Session } from "../state/session.ts";
import { type StepState, type Unit, unitsOfStep } from "../state/state.ts";
import { contextFor } from "./step-context.ts";
import { mayHaveActed } from "../state/transition.ts";
import { parsedInput } from "./unit-input.ts";

/** Errors: `question-unanswered` and `stopped-by-operator` if there is drift; what a check threw. */
export async function recheck(session: Session): Promise<void> {
  const drifted = await findDrift(session);
  if (!isSome(drifted)) return;
  const answer = await askAboutDrift(session, drifted);
  if (answer === "again") return doAgain(session, drifted);
  for (const checked of drifted) await takeOver(session, checked);
}

/** True if something that a mutating step established no longer holds. Reads only, asks nobody and waits for nothing. */
export async function groundMoved(session: Session): Promise<boolean> {
  for (const fact of factsThatHold(session)) {
    if (fact.planned.step.action.effect === "read") continue;
    if ((await check(session, fact, atOnce)).verdict.holds === false) return true;
  }
  return false;
}

/**
 * After a step that failed: whether what failed it is that an earlier fact no longer holds, and the operator has that done
 * again. False if nobody can tell: then the step's own error says more. Errors: `interrupted`, `stopped-by-operator`
 * as the answer; if nobody is there to choose, the step's own, with the way to decide it.
 */
export async function againAfter(session: Session, failed: RecoverError): Promise<boolean> {
  const drifted = await driftBehind(session);
  // A fact that holds again by now, or cannot be told, gives no reason to do a step again.
  if (!isSome(drifted) || !drifted.some(mayRunAgain)) return false;
  try {
    if ((await askAboutDrift(session, drifted, failed)) !== "again") return false;
  } catch (thrown) {
    session.ledger.assertSound();
    if (!(thrown instanceof RecoverError) || thrown.code !== "question-unanswered") throw thrown;
    throw failed.with({ remedy: `${failed.remedy} ${thrown.remedy}`, cause: failed });
  }
  await doAgain(session, drifted);
  return true;
}

/** The drifted facts; empty if no step that changes the world is concerned, or if nobody could look. */
async function driftBehind(session: Session): Promise<readonly Checked[]> {
  try {
    return (await groundMoved(session)) ? await findDrift(session, atOnce) : [];
  } catch {
    session.ledger.assertSound();
    if (session.options.signal.aborted) throw session.interrupted("Only reads were going on.");
    return [];
  }
}

const isSome = (drifted: readonly Checked[]): drifted is Drifted => drifted.length > 0;

/** How a check is asked for: with patience, or once. */
type Look = typeof patiently;

/** A second look must not keep the first error back: a network that is away says nothing. */
const atOnce: Look = async (session, _unit, call) => session.untilAborted(call());

async function findDrift(session: Session, look: Look = patiently): Promise<readonly Checked[]> {
  const drifted: Checked[] = [];
  for (const fact of factsThatHold(session)) {
    await session.checkStop();
    const checked = await check(session, fact, look);
    const holds = { true: "yes", false: "no", unknown: "unknown" } as const;
    const { evidence } = checked.verdict;
    session.emit({ type: "re-verified", ...fact.unit, holds: holds[`${checked.verdict.holds}`], evidence });
    if (checked.verdict.holds !== true) drifted.push(checked);
  }
  for (const { fact, verdict } of drifted)
    await session.ledger.append({ type: "drift-found", ...fact.unit, evidence: verdict.evidence });
  return drifted;
}

/**
 * From the first step that changed the world and drifted, each begun step is open again, and lists and conditions are
 * looked at anew. The entries are written last step first: after a kill amid them, the next process still finds the
 * first step drifted.
 */
async function doAgain(session: Session, drifted: readonly Checked[]): Promise<void> {
  const { plan } = session;
  const moved = drifted.filter(mayRunAgain).map(({ fact }) => plan.steps.indexOf(fact.planned));
  for (const { step } of plan.steps.slice(Math.min(...moved)).toReversed()) {
    for (const { unit, own } of unitsOfStep(session.state, step.id).toReversed())
      if (mayBeOpened(own)) await openAnew(session, unit, "attempt" in own ? own.attempt : undefined);
    if (session.state.items.has(step.id)) await openAnew(session, { step: step.id });
  }
}

/** A list, and a step that was skipped, have no attempt. */
async function openAnew(session: Session, unit: Unit, attempt = 0): Promise<void> {
  const evidence = "to be done again, because an earlier step no longer holds";
  await session.ledger.append({ type: "step-undone", ...unit, attempt, evidence, again: true });
}

/** One that was refused before it began runs by itself, and one that is open already is open. */
const mayBeOpened = (own: StepState): boolean => own.kind === "skipped" || (own.kind !== "reopened" && "input" in own);

/**
 * Finished units whose `holds_until` step cannot have ended the fact: one that was cut in its middle may have. In a runbook
 * that was accepted since, that step can be a new one: then the fact has ended when a step behind it has begun.
 */
function factsThatHold(session: Session): readonly Fact[] {
  const { plan, state } = session;
  return plan.steps.flatMap((planned) => {
    if (plan.steps.slice(planned.holdsUntil).some((each) => mayHaveActed(each, state))) return [];
    return unitsOfStep(state, planned.step.id).flatMap(({ unit, own }) =>
      own.kind === "succeeded" ? [{ planned, unit, state: own }] : [],
    );
  });
}

async function check(session: Session, fact: Fact, look: Look): Promise<Checked> {
  const { planned, unit, state } = fact;
  const { action } = planned.step;
  const input = parsedInput(planned, { unit, raw: state.input, run: session.state.run });
  const at = { planned, unit, attempt: state.attempt, beganMs: 0 };
  if (action.effect === "read" && action.verify === undefined) {
    const read = async (): Promise<JsonObject> => readOnce(session, at, { action, input, look });
    return compare(session, fact, read);
  }
  const output = action.output.parse(state.output);
  const context = contextFor(session, planned, at);
  const verdict = await look(session, unit, async () =>
    action.effect === "read"
      ? action.verify?.(context, input.parsed, output)
      : verdictOf(session, action, { context, input: input.parsed, output }),
  );
  return { fact, verdict: verdict ?? { holds: "unknown", evidence: "the action cannot verify it" } };
}

/** A read without a check is made again. A refusal by its findings is drift; a system that refuses us is not. */
async function compare(session: Session, fact: Fact, read: () => Promise<JsonObject>): Promise<Checked> {
  try {
    const output = await read();
    if (isDeepStrictEqual(masked(session, output), fact.state.output))
      return { fact, verdict: { holds: true, evidence: "reads the same as before" } };
    return {
      fact,
      output,
      verdict: { holds: false, evidence: difference(fact.state.output, masked(session, output)) },
    };
  } catch (thrown) {
    session.ledger.assertSound();
    const error = errorOf(thrown, fact.unit);
    if (!isFinding(error)) throw error;
    return { fact, verdict: { holds: false, evidence: error.message } };
  }
}

/** Whether an error tells how the world is found, as a refusal by a step's own findings does; others tell that nobody could look. */
export const isFinding = ({ exitCode }: RecoverError): boolean =>
  exitCode === EXIT.stepFailed || exitCode === EXIT.refused || exitCode === EXIT.nothing;

function difference(before: JsonObject, now: JsonObject): string {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = fields.filter((field) => !isDeepStrictEqual(before[field], now[field]));
  return `reads otherwise than before: ${changed.map((field) => `${field} was ${show(before[field])}, is ${show(now[field])}`).join("; ")}`;
}

function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The following steps, and the consent, are about the new output of the read. */
async function takeOver(session: Session, { fact, output }: Checked): Promise<void> {
  if (output === undefined) return;
  const { planned, unit, state } = fact;
  const attempt = state.attempt + 1;
  const { commands } = parsedInput(planned, { unit, raw: state.input, run: session.state.run });
  const { action } = planned.step;
  const start = {
    action: action.id,
    effect: planned.effect,
    input: state.input,
    commandsSha256: hashCommands(commands),
  };
  await session.ledger.append({ type: "step-started", ...unit, attempt, ...start });
  const evidence = "read again on resume";
  await session.ledger.append({ type: "step-succeeded", ...unit, attempt, how: "ran", output, evidence });
}
