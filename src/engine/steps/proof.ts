/** Probes and proofs of mutating steps: reads of the world after (or instead of) an effect (laws 4, 6). */
import { isDeepStrictEqual } from "node:util";
import type { Action, Context, JsonObject, Probe, Verdict } from "../../action.ts";
import { type ErrorCode, giveUp } from "../../errors.ts";
import { type Attempt, checkAssertion, fail, masked, type Result, succeed } from "./outcome.ts";
import { patiently } from "./patience.ts";
import { errorOf, isStop, type Session } from "../state/session.ts";
import { unitName } from "../state/state.ts";
import { contextFor } from "./step-context.ts";
import type { UnitInput } from "./unit-input.ts";

export type ErasedMutation = Exclude<Action<never, JsonObject>, { readonly effect: "read" }>;

/** An attempt with what it acts on. */
export interface Mutation extends Attempt {
  readonly action: ErasedMutation;
  readonly input: UnitInput;
}

/** An answer that was cut, or is something else's, may be whole when it is asked for again: so often before it counts. */
const ASKED_AGAIN = 3;
const SPOILT: ReadonlySet<string> = new Set<ErrorCode>(["answer-incomplete", "answer-malformed"]);

/**
 * Asks the world about the outcome of the step. A probe's error reads as "unknown" (law 5), except for a network that
 * stays away longer than the patience.
 */
export async function probe(session: Session, mutation: Mutation): Promise<Probe<JsonObject>> {
  return ask(session, mutation, (context, input) => mutation.action.probe(context, input));
}

/** The same of a step that a person says he has done by hand. */
export async function probeByHand(session: Session, mutation: Mutation): Promise<Probe<JsonObject>> {
  const { action } = mutation;
  return ask(session, mutation, (context, input) =>
    action.probeByHand === undefined ? action.probe(context, input) : action.probeByHand(context, input),
  );
}

async function ask(session: Session, mutation: Mutation, look: ErasedMutation["probe"]): Promise<Probe<JsonObject>> {
  const { input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  let spoilt = 0;
  const found = await patiently(session, unit, async () => {
    try {
      return await look(context, input.parsed);
    } catch (thrown) {
      session.ledger.assertSound();
      spoilt += 1;
      return unknownAfter(thrown, mutation, spoilt <= ASKED_AGAIN);
    }
  });
  session.emit({ type: "step-probed", ...unit, state: found.state, evidence: found.evidence });
  return found;
}

function unknownAfter(thrown: unknown, { unit }: Mutation, askAgain: boolean): Probe<JsonObject> {
  const error = errorOf(thrown, unit);
  const { remedy, place, message } = error;
  if (askAgain && SPOILT.has(error.code)) throw giveUp("unreachable", message).at(place).advise(remedy, error);
  if (error.code === "unreachable" || isStop(error)) throw error;
  return { state: "unknown", evidence: `the probe itself failed: ${error.message}` };
}

/**
 * Ends an attempt whose effect is there: the proof must hold, then the step's assertion.
 * `verdict` is the proof if it was looked at already.
 * Errors: `proof-failed` and what `verify` threw, journaled; the step is probed before it is ever run again.
 */
export async function conclude(
  session: Session,
  mutation: Mutation,
  result: Result & { readonly verdict?: Verdict },
): Promise<void> {
  try {
    const output = mutation.action.output.parse(result.output);
    const evidence = prove(session, mutation, result.verdict ?? (await verify(session, mutation, output)));
    checkAssertion(session, mutation, output);
    await succeed(session, mutation, { ...result, output, evidence });
  } catch (thrown) {
    session.ledger.assertSound();
    const error = errorOf(thrown, mutation.unit);
    if (isStop(error) || error.code === "unreachable") throw error;
    throw await fail(session, mutation, { error, probed: "partly" });
  }
}

export async function verify(session: Session, mutation: Mutation, output: JsonObject): Promise<Verdict> {
  const { action, input, unit } = mutation;
  const context = contextFor(session, mutation.planned, mutation);
  return patiently(session, unit, () => verdictOf(session, action, { context, input: input.parsed, output }));
}

/** By the action's own look, or by its probe. */
export async function verdictOf(
  session: Session,
  action: ErasedMutation,
  { context, input, output }: { readonly context: Context; readonly input: never; readonly output: JsonObject },
): Promise<Verdict> {
  if (action.verify !== undefined) return action.verify(context, input, output);
  const found = await action.probe(context, input);
  const { evidence } = found;
  if (found.state !== "done") return { holds: found.state === "unknown" ? "unknown" : false, evidence };
  const same = isDeepStrictEqual(masked(session, action.output.parse(found.output)), masked(session, output));
  return { holds: same, evidence };
}

function prove(session: Session, { unit }: Mutation, verdict: Verdict): string {
  if (verdict.holds === true) return verdict.evidence;
  const what = verdict.holds === false ? "the proof did not hold" : "nobody could tell whether it holds";
  throw giveUp("proof-failed", `the step "${unitName(unit)}" ran, but ${what}: ${verdict.evidence}`)
    .at(`step ${unitName(unit)}`)
    .advise(
      `Put it right and continue with "${session.resumeCommand}": the result is checked before the step runs again.`,
    );
}
