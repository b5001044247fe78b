/** A step in doubt: nobody can tell how it ended, so the operator decides, and the decision is journaled (law 4). */
import { giveUp, RecoverError, refuse, unreachable } from "../../errors.ts";
import type { Decision } from "../journal/entry.ts";
import type { Answer, ChoiceQuestion } from "../../ports/operator.ts";
import { typedLines } from "../../kit/text/typed-lines.ts";
import { decideFlag, doubtDecidedFor } from "./decided.ts";
import { HOW_FAR } from "../state/how-far.ts";
import { conclude, type Mutation, probe, probeByHand } from "./proof.ts";
import { askNow, standsOn } from "./questions.ts";
import { journaled, type Session } from "../state/session.ts";
import { decisionOf, stateOf, unitName } from "../state/state.ts";
import { undoUnit } from "./undo-step.ts";
import { isLeft, unitsToUndo } from "./way-back.ts";

export interface Doubt {
  readonly evidence: string;
  /** Of the probe that could not tell. */
  readonly best?: "undo";
  readonly error?: RecoverError;
  /** It stood in the journal when this process began, so that a flag can be about it. */
  readonly seen: boolean;
}

/**
 * Returns "again" if the step is to run anew, "settled" if it has succeeded.
 * Errors: `in-doubt` if nobody decides, or if the decision could not be borne out.
 */
export async function decideDoubt(session: Session, mutation: Mutation, doubt: Doubt): Promise<"again" | "settled"> {
  const { unit } = mutation;
  const earlier = decisionOf(session.state, unit, { back: false });
  const isNew = stateOf(session.state, unit).kind !== "in-doubt";
  // Decided on other evidence than there is now: that is another doubt.
  if (isNew || (earlier !== undefined && !standsOn(session, earlier, doubt.evidence)))
    await enterDoubt(session, mutation, doubt);
  const decision = await decisionFor(session, mutation, doubt);
  switch (decision) {
    case "redo":
      return "again";
    case "by-hand":
      await acceptByHand(session, mutation);
      return "settled";
    case "adopt":
      await adopt(session, mutation, doubt);
      return "settled";
    case "undo":
      await takeBack(session, mutation);
      return "settled";
    default:
      return unreachable(decision);
  }
}

/** The step counts as undone then, and begins anew from a world that knows nothing of it. */
async function takeBack(session: Session, { unit }: Mutation): Promise<void> {
  const one = unitsToUndo(session.plan, session.state).find((each) => unitName(each.unit) === unitName(unit));
  if (one !== undefined) await undoUnit(session, one);
}

function requireWayBack(mutation: Mutation, doubt: Doubt): void {
  if (isUndoable(mutation)) return;
  const { unit } = mutation;
  throw refuse("usage", `the step "${unitName(unit)}" has no way to be undone by the tool`)
    .at(`step ${unitName(unit)}`)
    .advise(`Decide ${choicesOf(mutation, doubt).join(" or ")}; its commands are printed for a way back by hand.`);
}

async function enterDoubt(session: Session, mutation: Mutation, { evidence, error }: Doubt): Promise<void> {
  const { unit, attempt, beganMs } = mutation;
  const why = error === undefined ? {} : { error: journaled(error, unit) };
  await session.ledger.append({ type: "step-in-doubt", ...unit, attempt, evidence, ...why });
  const durationMs = Math.round(session.workedMs() - beganMs);
  session.emit({ type: "step-ended", ...unit, state: "in-doubt", evidence, ...why, durationMs });
}

async function decisionFor(session: Session, mutation: Mutation, doubt: Doubt): Promise<Decision> {
  const { unit } = mutation;
  // A flag decides the doubt that its giver has seen, never one that arises later in the same process.
  const byFlag = doubt.seen ? doubtDecidedFor(session, unit) : undefined;
  const earlier = decisionOf(session.state, unit, { back: false });
  if (byFlag === undefined && earlier !== undefined) return earlier.decision;
  const answer: Answer =
    byFlag === undefined ? await askForDecision(session, mutation, doubt) : { value: byFlag, by: "flag" };
  const decision = answer.value as Decision;
  // An impossible decision is refused before it is written down.
  if (decision === "undo") requireWayBack(mutation, doubt);
  const who = { by: answer.by, operator: session.options.carrier.operator };
  await session.ledger.append({ type: "decided", ...unit, decision, ...who, why: doubt.evidence });
  return decision;
}

/** Unless the probe knows better, the one that cannot do harm: it is believed only when the world bears it out. */
const recommended = (mutation: Mutation, { best }: Doubt): Decision =>
  best === "undo" && isUndoable(mutation) ? best : "by-hand";

/** Later steps need no output of it, so nothing must be read from the world. */
const isAdoptable = ({ action }: Mutation): boolean => action.output.safeParse({}).success;

const isUndoable = ({ action }: Mutation): boolean => action.undo !== undefined && !isLeft(action.undo);

/** The consequence of a second run of the step, by the effect that the first may have had. */
const TWICE: Readonly<Record<Mutation["action"]["effect"], string>> = {
  create: "its guard looks again, then it runs: if it had its effect already, a second one may come to be",
  disrupt: "its guard looks again, then it runs: if it had its effect already, the disruption happens twice",
  destroy: "its guard looks again, then it runs: what somebody else wrote meanwhile is moved or replaced as well",
};

async function askForDecision(session: Session, mutation: Mutation, doubt: Doubt): Promise<Answer> {
  const { unit, input, planned, action } = mutation;
  const question: ChoiceQuestion = {
    kind: "choice",
    id: "decision",
    prompt: `"${planned.step.title}" began and nobody can tell how it ended. What now?`,
    why: "A step that may have had its effect is never run again without knowing.",
    choices: [
      {
        value: "by-hand",
        label: "I have looked, and done or put right by hand what was missing",
        consequence: "the result is checked once more, and the run goes on only if it is there",
      },
      ...(isAdoptable(mutation)
        ? [
            {
              value: "adopt",
              label: "take it as done",
              consequence:
                "nothing is done again, and every step that follows relies on it although no probe has shown it",
            },
          ]
        : []),
      { value: "redo", label: "run it again", consequence: TWICE[action.effect] },
      ...(action.undo === undefined || isLeft(action.undo)
        ? []
        : [{ value: "undo", label: "take it back, then run it anew", consequence: action.undo.cost }]),
    ],
    recommended: recommended(mutation, doubt),
    commands: [{ step: unitName(unit), title: planned.step.title, commands: input.commands }],
    details: [
      doubt.evidence,
      ...(doubt.error === undefined ? [] : [doubt.error.message]),
      ...typedLines(input.commands),
    ],
  };
  try {
    return await askNow(session, question, { unit, effect: planned.effect });
  } catch (thrown) {
    if (thrown instanceof RecoverError && thrown.code === "question-unanswered")
      throw inDoubt(session, mutation, doubt);
    throw thrown;
  }
}

async function acceptByHand(session: Session, mutation: Mutation): Promise<void> {
  const found = await probeByHand(session, mutation);
  if (found.state === "done") return conclude(session, mutation, { how: "by-hand", output: found.output });
  const doubt = {
    seen: true,
    evidence: `said to be done by hand, but ${HOW_FAR[found.state]}: ${found.evidence}`,
  };
  await enterDoubt(session, mutation, doubt);
  throw inDoubt(session, mutation, doubt);
}

/** The operator vouches for the effect; the output that later steps need still has to come from somewhere. */
async function adopt(session: Session, mutation: Mutation, doubt: Doubt): Promise<void> {
  const found = await probe(session, mutation);
  if (found.state === "done") return conclude(session, mutation, { how: "adopted", output: found.output });
  const empty = mutation.action.output.safeParse({});
  if (empty.success) return conclude(session, mutation, { how: "adopted", output: empty.data });
  const lacking = { ...doubt, evidence: `it cannot be adopted while its result is unknown: ${found.evidence}` };
  await enterDoubt(session, mutation, lacking);
  throw inDoubt(session, mutation, lacking);
}

/** The possible decisions, the recommended one first. */
function choicesOf(mutation: Mutation, doubt: Doubt): readonly Decision[] {
  const adopt: readonly Decision[] = isAdoptable(mutation) ? ["adopt"] : [];
  const undo: readonly Decision[] = isUndoable(mutation) ? ["undo"] : [];
  return [...new Set([recommended(mutation, doubt), "by-hand", "redo", ...adopt, ...undo] as const)];
}

function inDoubt(session: Session, mutation: Mutation, doubt: Doubt): RecoverError {
  const name = unitName(mutation.unit);
  const { evidence, error } = doubt;
  const [best, ...others] = choicesOf(mutation, doubt);
  return giveUp("in-doubt", `the step "${name}" began and nobody can tell how it ended: ${evidence}`)
    .at(`step ${name}`)
    .advise(
      `Look at the world, put right what is missing, then decide with "${session.resumeCommand} ${decideFlag(name, best ?? "")}" (or ${others.join(", or ")}).`,
      error,
    );
}
