/** The one loop: ask the pure transition what is next, do it, again, until nothing is left (I2). */
import type { Json } from "../../action.ts";
import { RecoverError, refuse, unreachable } from "../../errors.ts";
import { runMutatingStep } from "../steps/mutating-step.ts";
import type { Attempt } from "../steps/outcome.ts";
import type { PlannedStep } from "../state/plan.ts";
import { runReadStep } from "../steps/read-step.ts";
import { againAfter, isFinding } from "../steps/recheck.ts";
import type { Session } from "../state/session.ts";
import { stateOf, type Unit } from "../state/state.ts";
import { requireTarget, fixTarget } from "../steps/target.ts";
import { nextMove } from "../state/transition.ts";
import { catchUp, settleStep } from "../steps/unsettled-step.ts";

/** Runs to the end, or throws what stops the run. */
export async function execute(session: Session): Promise<void> {
  for (;;) {
    await session.checkStop();
    await fixTarget(session);
    const move = nextMove(session.plan, session.state);
    switch (move.kind) {
      case "enter":
        await orAgain(session, () => enter(session, move.planned));
        break;
      case "attempt":
        await orAgain(session, () => orSkip(session, move, () => attempt(session, begin(session, move))));
        break;
      case "settle": {
        const { action } = move.planned.step;
        if (action.effect === "read") throw new Error("a read step is never settled");
        const { state } = move;
        const at = begin(session, { ...move, attempt: state.attempt });
        await orAgain(session, () => orSkip(session, move, () => settleStep(session, at, { action, state })));
        break;
      }
      case "finish":
        return;
      default:
        unreachable(move);
    }
  }
}

/** A step that is refused, or whose proof fails, may have lost its ground: somebody undid what an earlier one had established (law 9). */
async function orAgain(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof RecoverError) || !isFinding(thrown)) throw thrown;
    // An operator who wants the run to stop is not asked anything.
    const isOver = session.state.undoAsked || session.options.stopRequested?.() === true;
    if (isOver || !(await againAfter(session, thrown))) throw thrown;
  }
}

/** `when` and `for_each` are looked at once, and again when a step is opened anew; what they said stands in the journal. */
async function enter(session: Session, planned: PlannedStep): Promise<void> {
  const { step } = planned;
  const { evaluator } = session.options;
  const unwanted = whyUnwanted(session, planned);
  if (unwanted !== undefined) return skip(session, planned, unwanted);
  if (step.forEach === undefined)
    return attempt(session, begin(session, { planned, unit: { step: step.id }, attempt: 1 }));
  const items = evaluator.evaluate(step.forEach, session.scope());
  if (!Array.isArray(items)) throw wrongType(step.forEach.text, "a list");
  await session.ledger.append({ type: "items-fixed", step: step.id, items: items as readonly Json[] });
}

/** A reopened unit may no longer be wanted: it is left as it is, for an undo to take back. */
async function orSkip(
  session: Session,
  { planned, unit }: { readonly planned: PlannedStep; readonly unit: Unit },
  work: () => Promise<void>,
): Promise<void> {
  const isAnew = planned.step.forEach === undefined && stateOf(session.state, unit).kind === "reopened";
  const unwanted = isAnew ? whyUnwanted(session, planned) : undefined;
  return unwanted === undefined ? work() : skip(session, planned, unwanted);
}

/** Undefined if the step has no `when`, or it holds. */
function whyUnwanted(session: Session, { step: { when } }: PlannedStep): string | undefined {
  if (when === undefined || asCondition(session.options.evaluator.evaluate(when, session.scope()), when.text))
    return undefined;
  return `${when.text} is false`;
}

async function skip(session: Session, { step: { id, title } }: PlannedStep, why: string): Promise<void> {
  await session.ledger.append({ type: "step-skipped", step: id, why });
  session.emit({ type: "step-ended", step: id, title, state: "skipped", evidence: why, durationMs: 0 });
}

async function attempt(session: Session, at: Attempt): Promise<void> {
  const { action } = at.planned.step;
  if (at.planned.effect !== "read") requireTarget(session);
  if (action.effect === "read") return runReadStep(session, at, action);
  return session.journalMayLag
    ? catchUp(session, at, action)
    : runMutatingStep(session, at, { action, before: "not-needed" });
}

function begin(
  session: Session,
  { planned, unit, attempt }: { readonly planned: PlannedStep; readonly unit: Unit; readonly attempt: number },
): Attempt {
  return { planned, unit, attempt, beganMs: session.workedMs() };
}

function asCondition(value: Json, text: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrongType(text, "true or false");
}

function wrongType(text: string, wanted: string): RecoverError {
  return refuse("expression-failed", `the expression does not give ${wanted}: ${text}`).advise(
    "Correct the runbook, then resume with --accept-runbook.",
  );
}
