/**
 * Steps that change the world: identity, consent, intent, effect, proof, outcome, in this order (laws 3, 4, 6, 7, 8).
 *
 *   guard ─▶ consent ─▶ step-started ─▶ run ─▶ verify ─▶ assert ─▶ step-succeeded
 *                                        └─ error ─▶ probe ─▶ adopt | fail | in doubt
 */
import type { JsonObject } from "../../action.ts";
import { isTransient, type RecoverError, refuse, unreachable } from "../../errors.ts";
import { obtainConsent } from "./consent.ts";
import { decideDoubt } from "./doubt.ts";
import { hashCommands } from "../state/foresight.ts";
import { HOW_FAR } from "../state/how-far.ts";
import { type Attempt, fail } from "./outcome.ts";
import { Patience, patiently } from "./patience.ts";
import { conclude, type ErasedMutation, type Mutation, probe, probeByHand } from "./proof.ts";
import { groundMoved } from "./recheck.ts";
import { errorOf, isStop, type Session } from "../state/session.ts";
import { type Unit, unitName } from "../state/state.ts";
import { contextFor } from "./step-context.ts";
import { inputOf } from "./unit-input.ts";
import { wayBackOf } from "./way-back.ts";

const SAFE = "The step has begun and may have had its effect; it is not done again before a look at the world.";

/** The last probe's answer about the attempts before this one. */
export type Before = "not-needed" | "not-done" | "partly";

/** Runs the step; again only after a probe said that a call lost to the network did not do it. */
export async function runMutatingStep(
  session: Session,
  first: Attempt,
  { action, before }: { readonly action: ErasedMutation; readonly before: Before },
): Promise<void> {
  const weather = new Patience(session, first.unit, SAFE);
  let known = before;
  for (let at = first; ; at = { ...at, attempt: at.attempt + 1 }) {
    const tries = at.attempt - first.attempt + 1;
    const ended = await attemptOnce(session, { at, action, weather, before: known, tries });
    if (ended === "settled") return;
    known = ended;
  }
}

/** It runs once more, as a new attempt. */
function runsAgain<S extends Exclude<Before, "not-needed">>(session: Session, unit: Unit, known: S): S {
  session.emit({ type: "note", message: `${unitName(unit)} runs again: the probe showed that it is not done` });
  return known;
}

interface Going {
  readonly at: Attempt;
  readonly action: ErasedMutation;
  readonly weather: Patience;
  readonly before: Before;
  /** How many attempts of this process it is the last of. */
  readonly tries: number;
}

/** "settled", or what is known of the attempt if the step is to run again. */
type Ended = "settled" | Exclude<Before, "not-needed">;

async function attemptOnce(session: Session, going: Going): Promise<Ended> {
  const { action, weather, tries } = going;
  const { mutation, byHand } = await prepare(session, going);
  const { input, planned, unit, attempt } = mutation;
  const { effect } = planned;
  await journalStart(session, mutation);
  session.emit({
    type: "step-began",
    ...unit,
    title: planned.step.title,
    effect,
    attempt,
    commands: input.commands,
    undo: wayBackOf(action.undo),
  });
  if (byHand) return confirmByHand(session, mutation, tries);
  const ran = await run(session, mutation);
  if (!ran.ok) return afterError(session, mutation, { error: ran.error, weather });
  await conclude(session, mutation, { how: "ran", output: ran.output });
  return "settled";
}

/** Intent is durable before the effect (law 3); what the unit acts on is known from here on. */
export async function journalStart(
  session: Session,
  { planned, unit, attempt, action, input }: Mutation,
): Promise<void> {
  const { commands, raw } = input;
  const start = {
    action: action.id,
    effect: planned.effect,
    input: raw,
    commandsSha256: hashCommands(commands),
    commands,
  };
  await session.ledger.append({ type: "step-started", ...unit, attempt, ...start });
}

interface Prepared {
  readonly mutation: Mutation;
  /** The operator says that it is done already: nothing is to be run, and the probe decides. */
  readonly byHand: boolean;
}

/** Input, identity and consent: the attempt has not begun yet; a refusal says what is known of those before it. */
async function prepare(session: Session, { at, action, before }: Going): Promise<Prepared> {
  return orRefused(session, { at, before }, async () => {
    await session.checkStop();
    const mutation = { ...at, action, input: inputOf(session, at.planned, at.unit) };
    await guard(session, mutation);
    const { planned, unit, input } = mutation;
    // A person may have taken minutes over the question: identity is shown once more (law 7).
    const consent = await obtainConsent(session, { planned, unit, commands: input.commands });
    if (consent === "given-now") await guard(session, mutation);
    await session.checkStop();
    // A step is at work from when it is agreed to.
    const beganMs = session.workedMs();
    return { mutation: { ...mutation, beganMs }, byHand: consent === "by-hand" };
  });
}

/** A refusal before the start is journaled with what is known of the attempts before. */
export async function orRefused<T>(
  session: Session,
  { at, before }: { readonly at: Attempt; readonly before: Before },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    session.ledger.assertSound();
    const error = errorOf(thrown, at.unit);
    if (isStop(error) || isTransient(error) || error.code === "confirm-mismatch") throw error;
    throw await fail(session, at, { error, probed: before, unbegun: true });
  }
}

/** An operator who says so too early is asked again; a script with the same answer each time comes to an end. */
const MOST_TRIES = 5;

/** Believed only if the probe says done; otherwise the step has not run, and consent is asked for anew. */
async function confirmByHand(session: Session, mutation: Mutation, tries: number): Promise<Ended> {
  const found = await probeByHand(session, mutation);
  switch (found.state) {
    case "done":
      await conclude(session, mutation, { how: "by-hand", output: found.output });
      return "settled";
    case "not-done":
    case "partly":
      return await asTooEarly(session, mutation, { found: { ...found, state: found.state }, tries });
    case "unknown":
      return (await decideDoubt(session, mutation, { ...found, seen: false })) === "again"
        ? runsAgain(session, mutation.unit, "partly")
        : "settled";
    default:
      return unreachable(found);
  }
}

interface TooEarly {
  readonly found: { readonly state: Exclude<Before, "not-needed">; readonly evidence: string };
  readonly tries: number;
}

async function asTooEarly(session: Session, mutation: Mutation, { found, tries }: TooEarly): Promise<Ended> {
  const error = notByHand(mutation, found);
  const failed = await fail(session, mutation, { error, probed: found.state });
  if (tries >= MOST_TRIES) throw failed;
  const said = saidByHand(unitName(mutation.unit), found);
  session.emit({ type: "note", message: `${said}. Run its commands, then type done once more.` });
  return found.state;
}

/** A check that cannot be made says nothing. */
async function hasLostGround(session: Session): Promise<boolean> {
  return groundMoved(session).catch((thrown: unknown) => {
    session.ledger.assertSound();
    if (session.options.signal.aborted) throw thrown;
    return false;
  });
}

const saidByHand = (name: string, { state }: { readonly state: keyof typeof HOW_FAR }): string =>
  `the step "${name}" was said to be done by hand, but ${HOW_FAR[state]}`;

function notByHand(
  { unit }: Mutation,
  found: { readonly state: keyof typeof HOW_FAR; readonly evidence: string },
): RecoverError {
  const name = unitName(unit);
  return refuse("proof-failed", `${saidByHand(name, found)}: ${found.evidence}`)
    .at(`step ${name}`)
    .advise("Finish it by hand, or let the tool run it: resuming asks again.");
}

/** Throws what the action's guard throws, and `fenced`. */
export async function guard(session: Session, mutation: Mutation): Promise<void> {
  const { action, input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  await patiently(session, unit, async () => {
    // Identity and the right to act: what another process changed since is no reason to refuse, but to stop.
    await session.beforeEffect();
    await action.guard?.(context, input.parsed);
  });
}

type Ran = { readonly ok: true; readonly output: JsonObject } | { readonly ok: false; readonly error: RecoverError };

async function run(session: Session, mutation: Mutation): Promise<Ran> {
  const { action, input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  try {
    return { ok: true, output: action.output.parse(await session.untilAborted(action.run(context, input.parsed))) };
  } catch (thrown) {
    session.ledger.assertSound();
    if (session.options.signal.aborted) throw session.interrupted("A call was left behind unanswered.");
    return { ok: false, error: errorOf(thrown, unit) };
  }
}

/**
 * Earlier calls of the attempt may have had their effect, even if the error denies it for its own call: the world is
 * asked first (law 4).
 */
async function afterError(
  session: Session,
  mutation: Mutation,
  { error, weather }: { readonly error: RecoverError; readonly weather: Patience },
): Promise<Ended> {
  if (isStop(error)) throw error;
  const transient = isTransient(error);
  if (transient) await weather.pause(error);
  const found = await probe(session, mutation);
  switch (found.state) {
    case "done":
      await conclude(session, mutation, {
        ...{ how: "adopted", output: found.output },
        // A lost call is journaled by the wait for it.
        ...(transient ? {} : { error }),
      });
      return "settled";
    case "not-done":
    case "partly": {
      const failed = await fail(session, mutation, { error, probed: found.state });
      if (!transient) throw failed;
      return runsAgain(session, mutation.unit, found.state);
    }
    case "unknown": {
      // If the ground is gone there is nothing to decide about this step: it is asked what to do again.
      if (await hasLostGround(session)) throw await fail(session, mutation, { error, probed: "partly" });
      const decided = await decideDoubt(session, mutation, { ...found, error, seen: false });
      return decided === "again" ? runsAgain(session, mutation.unit, "partly") : "settled";
    }
    default:
      return unreachable(found);
  }
}
