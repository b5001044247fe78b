/**
 * Steps that change the world: identity, consent, intent, effect, proof, outcome, in this order (laws 3, 4, 6, 7, 8).
 *
 *   guard ─▶ consent ─▶ step-started ─▶ run ─▶ verify ─▶ assert ─▶ step-succeeded
 *                                        └─ error ─▶ probe ─▶ adopt | fail | in doubt
 */
import type { JsonObject } from "../action.js";
import { isTransient, type RecoverError, unreachable } from "../errors.js";
import { obtainConsent } from "./consent.js";
import { decideDoubt } from "./doubt.js";
import { hashCommands } from "./foresight.js";
import { type Attempt, fail } from "./outcome.js";
import { Patience, patiently } from "./patience.js";
import { conclude, type ErasedMutation, type Mutation, probe } from "./proof.js";
import { errorOf, isStop, type Session } from "./session.js";
import { unitName } from "./state.js";
import { contextFor } from "./step-context.js";
import type { Unsettled } from "./transition.js";
import { inputOf, parsedInput } from "./unit-input.js";

const SAFE = "The step has begun and may have had its effect; it is not done again before a look at the world.";

/** Runs the step; again only after a probe said that a call lost to the network did not do it. */
export async function runMutatingStep(session: Session, first: Attempt, action: ErasedMutation): Promise<void> {
  const weather = new Patience(session, first.unit, SAFE);
  for (let at = first; ; at = { ...at, attempt: at.attempt + 1 }) {
    if ((await attemptOnce(session, { at, action, weather })) === "settled") return;
    session.emit({ type: "note", message: `${unitName(at.unit)} runs again: the probe showed that it is not done` });
  }
}

/** A step that an earlier process began: the world is asked before anything else. */
export async function settleStep(
  session: Session,
  at: Attempt,
  { action, state }: { readonly action: ErasedMutation; readonly state: Unsettled },
): Promise<void> {
  const input = parsedInput(at.planned, at.unit, state.input ?? {});
  const mutation: Mutation = { ...at, attempt: state.attempt, action, input };
  const found = await probe(session, mutation);
  const next = { ...at, attempt: state.attempt + 1 };
  switch (found.state) {
    case "done":
      return conclude(session, mutation, { how: "adopted", output: found.output });
    case "not-done":
    case "partly":
      return runMutatingStep(session, next, action);
    case "unknown": {
      const decided = await decideDoubt(session, mutation, { evidence: found.evidence, seen: true });
      return decided === "again" ? runMutatingStep(session, next, action) : undefined;
    }
    default:
      return unreachable(found);
  }
}

interface Going {
  readonly at: Attempt;
  readonly action: ErasedMutation;
  readonly weather: Patience;
}

async function attemptOnce(session: Session, { at, action, weather }: Going): Promise<"settled" | "again"> {
  const mutation = await prepare(session, at, action);
  const { input, planned, unit, attempt } = mutation;
  const { effect } = planned;
  const start = { action: action.id, effect, input: input.raw, commandsSha256: hashCommands(input.commands) };
  await session.ledger.append({ type: "step-started", ...unit, attempt, ...start });
  session.emit({ type: "step-began", ...unit, title: planned.step.title, effect, attempt, commands: input.commands });
  const ran = await run(session, mutation);
  if (!ran.ok) return afterError(session, mutation, { error: ran.error, weather });
  await conclude(session, mutation, { how: "ran", output: ran.output });
  return "settled";
}

/** Input, identity and consent: nothing has begun yet, and a refusal says so. */
async function prepare(session: Session, at: Attempt, action: ErasedMutation): Promise<Mutation> {
  try {
    const mutation = { ...at, action, input: inputOf(session, at.planned, at.unit) };
    await guard(session, mutation);
    const { planned, unit, input } = mutation;
    // A person may have taken minutes over the question: identity is shown once more (law 7).
    if (await obtainConsent(session, { planned, unit, commands: input.commands })) await guard(session, mutation);
    session.checkStop();
    // The time that a person took to answer is not the step's.
    return { ...mutation, beganMs: session.options.clock.monotonicMs() };
  } catch (thrown) {
    session.ledger.assertSound();
    const error = errorOf(thrown, at.unit);
    if (isStop(error) || isTransient(error) || error.code === "confirm-mismatch") throw error;
    throw await fail(session, at, { error, probed: "not-needed" });
  }
}

async function guard(session: Session, mutation: Mutation): Promise<void> {
  const { action, input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  await patiently(session, unit, async () => action.guard?.(context, input.parsed));
}

type Ran = { readonly ok: true; readonly output: JsonObject } | { readonly ok: false; readonly error: RecoverError };

async function run(session: Session, mutation: Mutation): Promise<Ran> {
  const { action, input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  try {
    return { ok: true, output: action.output.parse(await session.untilAborted(action.run(context, input.parsed))) };
  } catch (thrown) {
    session.ledger.assertSound();
    if (session.options.signal.aborted) throw session.interrupted(leftBehind(mutation));
    return { ok: false, error: errorOf(thrown, unit) };
  }
}

function leftBehind({ unit }: Mutation): string {
  return `The step "${unitName(unit)}" had begun and may have had its effect: it is probed before anything else.`;
}

async function afterError(
  session: Session,
  mutation: Mutation,
  { error, weather }: { readonly error: RecoverError; readonly weather: Patience },
): Promise<"settled" | "again"> {
  if (isStop(error)) throw error;
  const transient = isTransient(error);
  if (error.effect === "none" && !transient) throw await fail(session, mutation, { error, probed: "not-needed" });
  if (transient) await weather.pause(error);
  const found = await probe(session, mutation);
  switch (found.state) {
    case "done":
      await conclude(session, mutation, { how: "adopted", output: found.output });
      return "settled";
    case "not-done":
    case "partly": {
      const failed = await fail(session, mutation, { error, probed: found.state });
      if (transient) return "again";
      throw failed;
    }
    case "unknown":
      return decideDoubt(session, mutation, { evidence: found.evidence, error, seen: false });
    default:
      return unreachable(found);
  }
}
