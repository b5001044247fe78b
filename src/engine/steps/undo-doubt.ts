/** A way back in doubt: nobody can tell what is left of the step, so the operator decides, and the decision is journaled (law 4). */
import type { UndoProbe } from "../../action.ts";
import { giveUp, RecoverError } from "../../errors.ts";
import type { Decision } from "../journal/entry.ts";
import type { Answer, ChoiceQuestion } from "../../ports/operator.ts";
import { typedLines } from "../../kit/text/typed-lines.ts";
import { decideFlag, doubtDecidedFor } from "./decided.ts";
import { askNow, standsOn } from "./questions.ts";
import type { Session } from "../state/session.ts";
import { decisionOf, unitName } from "../state/state.ts";
import { type ErasedWayBack, isLeft, type UnitToUndo } from "./way-back.ts";

export interface BackDoubt {
  readonly evidence: string;
  /** Looks at the world once more. */
  readonly look: () => Promise<UndoProbe>;
}

/**
 * "again" if the way back is to be gone (once more), else the evidence that the step counts as undone by.
 * Errors: `in-doubt` if nobody decides, or if the decision could not be borne out.
 */
export async function decideBackDoubt(
  session: Session,
  one: UnitToUndo,
  doubt: BackDoubt,
): Promise<"again" | { readonly evidence: string }> {
  const name = unitName(one.unit);
  const seen = session.state.backs.get(name)?.kind === "in-doubt";
  const earlier = decisionOf(session.state, one.unit, { back: true });
  // Decided on other evidence than there is now: that is another doubt.
  if (!seen || (earlier !== undefined && !standsOn(session, earlier, doubt.evidence)))
    await enterDoubt(session, one, doubt.evidence);
  const decision = await decisionFor(session, one, { ...doubt, seen });
  if (decision === "redo" || decision === "undo") return "again";
  if (decision === "adopt") return { evidence: `taken as undone by the operator: ${doubt.evidence}` };
  const found = await doubt.look();
  if (found.state === "done") return { evidence: `undone by hand: ${found.evidence}` };
  const evidence = `said to be undone by hand, but the probe says ${found.state}: ${found.evidence}`;
  await enterDoubt(session, one, evidence);
  throw inDoubt(session, one, evidence);
}

async function enterDoubt(session: Session, { unit, attempt }: UnitToUndo, evidence: string): Promise<void> {
  await session.ledger.append({ type: "step-in-doubt", ...unit, attempt, evidence, back: true });
  session.emit({ type: "step-ended", ...unit, state: "in-doubt", evidence, durationMs: 0 });
}

async function decisionFor(
  session: Session,
  one: UnitToUndo,
  { evidence, seen }: { readonly evidence: string; readonly seen: boolean },
): Promise<Decision> {
  const { unit } = one;
  // A flag decides the doubt that its giver has seen, never one that arises in the same process.
  const byFlag = seen ? doubtDecidedFor(session, unit) : undefined;
  const earlier = decisionOf(session.state, unit, { back: true });
  if (byFlag === undefined && earlier !== undefined) return earlier.decision;
  const answer: Answer =
    byFlag === undefined ? await askForDecision(session, one, evidence) : { value: byFlag, by: "flag" };
  const decision = answer.value as Decision;
  const who = { by: answer.by, operator: session.options.carrier.operator };
  await session.ledger.append({ type: "decided", ...unit, decision, ...who, why: evidence, back: true });
  return decision;
}

/** The consequence of going the way back without knowing what is left, by its effect. */
const ALL_THE_SAME: Readonly<Record<ErasedWayBack["effect"], string>> = {
  create:
    "its guard looks again, then it runs: what has the name now is renamed or removed, also if it was taken back already",
  disrupt: "its guard looks again, then it runs: if it was taken back already, the disruption happens twice",
  destroy:
    "its guard looks again, then it runs: it moves or replaces the things that stand there now, also those that somebody else wrote",
};

function backEffect({ undo, planned }: UnitToUndo): ErasedWayBack["effect"] {
  if (undo === undefined || isLeft(undo)) throw new Error(`${planned.step.id} has no way back`);
  return undo.effect;
}

async function askForDecision(session: Session, one: UnitToUndo, evidence: string): Promise<Answer> {
  const question: ChoiceQuestion = {
    kind: "choice",
    id: "decision-back",
    prompt: `Nobody can tell what is left of "${one.planned.step.title}". What now?`,
    why: "What may be somebody else's work is not taken back without knowing.",
    choices: [
      { value: "adopt", label: "take it as undone", consequence: "what is left of it stays; the undo goes on" },
      { value: "redo", label: "take it back all the same", consequence: ALL_THE_SAME[backEffect(one)] },
      {
        value: "by-hand",
        label: "I have undone it by hand",
        consequence: "the result is checked; nothing of the step may be left",
      },
    ],
    recommended: "by-hand",
    commands: [{ step: unitName(one.unit), title: one.planned.step.title, commands: one.commands }],
    details: [evidence, ...typedLines(one.commands)],
  };
  try {
    return await askNow(session, question, { unit: one.unit, effect: "destroy" });
  } catch (thrown) {
    if (thrown instanceof RecoverError && thrown.code === "question-unanswered") throw inDoubt(session, one, evidence);
    throw thrown;
  }
}

function inDoubt(session: Session, { unit }: UnitToUndo, evidence: string): RecoverError {
  const name = unitName(unit);
  return giveUp("in-doubt", `nobody can tell what is left of the step "${name}": ${evidence}`)
    .at(`step ${name}`)
    .advise(
      `Look at the world, then decide with "${session.resumeCommand} ${decideFlag(name, "by-hand")}" (or redo, or adopt).`,
    );
}
