/** Steps that change the world and may have done so before: the world is asked before anything else (law 4). */
import { isDeepStrictEqual } from "node:util";
import type { JsonObject, Probe } from "../../action.ts";
import { unreachable } from "../../errors.ts";
import { decideDoubt, type Doubt } from "./doubt.ts";
import { guard, journalStart, orRefused, runMutatingStep } from "./mutating-step.ts";
import { type Attempt, masked } from "./outcome.ts";
import { conclude, type ErasedMutation, type Mutation, probe, verify } from "./proof.ts";
import type { Session } from "../state/session.ts";
import { stateOf } from "../state/state.ts";
import type { Unsettled } from "../state/transition.ts";
import { inputOf, parsedInput } from "./unit-input.ts";

/** A step that began earlier, or is open anew. */
export async function settleStep(
  session: Session,
  at: Attempt,
  { action, state }: { readonly action: ErasedMutation; readonly state: Unsettled },
): Promise<void> {
  const isAnew = "anew" in state;
  // A reopened step is probed with the input of a new run: the steps before it may have another output now.
  const begun = { unit: at.unit, raw: state.input ?? {}, run: session.state.run };
  const input = isAnew ? inputOf(session, at.planned, at.unit) : parsedInput(at.planned, begun);
  const mutation: Mutation = { ...at, attempt: state.attempt, action, input };
  const found = await probe(session, mutation);
  const next = { ...at, attempt: state.attempt + 1 };
  switch (found.state) {
    case "done":
      if (!isAnew) return conclude(session, mutation, { how: "adopted", output: found.output });
      return (await adoptProved(session, mutation, { state, output: found.output }))
        ? undefined
        : runMutatingStep(session, next, { action, before: "partly" });
    case "not-done":
    case "partly":
      return runMutatingStep(session, next, { action, before: found.state });
    case "unknown":
      // The operator who had it opened anew has decided: it runs behind its guard. A step that had not ended is in
      // doubt as ever.
      if (state.kind === "reopened" && state.output !== undefined)
        return runMutatingStep(session, next, { action, before: "partly" });
      return decided(session, mutation, { ...found, seen: true });
    default:
      return unreachable(found);
  }
}

/** False if it is there, but not as it should be: that is the drift which it was opened anew for. */
async function adoptProved(
  session: Session,
  mutation: Mutation,
  { state, output }: { readonly state: Unsettled; readonly output: JsonObject },
): Promise<boolean> {
  const verdict = await verify(session, mutation, output);
  if (verdict.holds === false) return false;
  const isSame = isDeepStrictEqual(masked(session, mutation.input.raw), state.input);
  const adopted = isSame ? mutation : { ...mutation, attempt: state.attempt + 1 };
  // The input is another than before, and an undo has to know.
  if (!isSame) await journalStart(session, adopted);
  await conclude(session, adopted, { how: "adopted", output, verdict });
  return true;
}

async function decided(session: Session, mutation: Mutation, doubt: Doubt): Promise<void> {
  const { action, attempt } = mutation;
  session.caughtUp();
  const decision = await decideDoubt(session, mutation, doubt);
  if (decision === "again")
    return runMutatingStep(session, { ...mutation, attempt: attempt + 1 }, { action, before: "partly" });
}

/** How the evidence of a step begins of which an earlier process wrote nothing down that is left. */
const UNWRITTEN = "nothing of it is in the journal, whose last lines may be lost";

/**
 * A step without journal entries, while the journal may be behind the world (I14). If the effect is done and proved, it
 * is adopted: that has no effect, and so it needs no consent. If nobody can tell, the guard is asked first, which best
 * knows foreign things, and then a person. All else runs as ever, with guard and consent.
 */
export async function catchUp(session: Session, at: Attempt, action: ErasedMutation): Promise<void> {
  const refusable = { at, before: "not-needed" } as const;
  const input = await orRefused(session, refusable, async () => inputOf(session, at.planned, at.unit));
  const mutation: Mutation = { ...at, action, input };
  const found = await probe(session, mutation);
  switch (found.state) {
    case "done":
      return (await adoptUnwritten(session, mutation, found))
        ? undefined
        : runMutatingStep(session, at, { action, before: "partly" });
    case "not-done":
    case "partly":
      return runMutatingStep(session, at, { action, before: found.state });
    case "unknown":
      // The operator who had it undone has decided that it runs anew.
      if (stateOf(session.state, at.unit).kind === "undone")
        return runMutatingStep(session, at, { action, before: "partly" });
      await orRefused(session, { at, before: "partly" }, () => guard(session, mutation));
      await journalStart(session, mutation);
      return decided(session, mutation, { evidence: `${UNWRITTEN}; ${found.evidence}`, seen: false });
    default:
      return unreachable(found);
  }
}

/** False if it is there, but not as it should be. */
async function adoptUnwritten(
  session: Session,
  mutation: Mutation,
  { output }: Extract<Probe<JsonObject>, { state: "done" }>,
): Promise<boolean> {
  const verdict = await verify(session, mutation, mutation.action.output.parse(output));
  if (verdict.holds === false) return false;
  await journalStart(session, mutation);
  const because = { ...verdict, evidence: `${UNWRITTEN}; found done: ${verdict.evidence}` };
  await conclude(session, mutation, { how: "adopted", output, verdict: because });
  return true;
}
