/** The question about facts that no longer hold: a person answers, or a `--decide` whose giver has seen them. */
import type { JsonObject, Verdict } from "../../action.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import type { ChoiceQuestion } from "../../ports/operator.ts";
import { decidable, decidedFor, decideWith, shownOf } from "./decided.ts";
import type { PlannedStep } from "../state/plan.ts";
import { askNow, noteAnswer } from "./questions.ts";
import type { Session } from "../state/session.ts";
import { type StepState, type Unit, unitName } from "../state/state.ts";

/** A unit that came to its end, with what it established. */
export interface Fact {
  readonly planned: PlannedStep;
  readonly unit: Unit;
  readonly state: Extract<StepState, { kind: "succeeded" }>;
}

export interface Checked {
  readonly fact: Fact;
  readonly verdict: Verdict;
  /** The output of a repeated read. */
  readonly output?: JsonObject;
}

/** One at least. */
export type Drifted = readonly [Checked, ...Checked[]];

export const mayRunAgain = ({ fact, verdict }: Checked): boolean =>
  fact.planned.step.action.effect !== "read" && verdict.holds === false && verdict.stays === undefined;

/**
 * `failed`: of the step that cannot go on as things are. Errors: `question-unanswered`, `stopped-by-operator` as the
 * answer.
 */
export async function askAboutDrift(
  session: Session,
  drifted: Drifted,
  failed?: RecoverError,
): Promise<"go-on" | "again"> {
  const { unit } = aboutOf(drifted).fact;
  const question = questionOf(session, drifted, failed);
  const { id, prompt } = question;
  await session.ledger.append({ type: "asked", ...unit, question: id, prompt, ...shownOf(session, question) });
  // The giver of a flag cannot have seen a failure of this process.
  const decided = failed === undefined ? decidedFor(session, question, { unit, isAlike: alike(drifted) }) : undefined;
  const answer = await askNow(session, question, {
    unit,
    effect: "destroy",
    decided,
    remedy: remedyOf(session, unit, question),
  });
  await noteAnswer(session, question, { unit, answer });
  if (answer.value === "go-on" || answer.value === "again") return answer.value;
  throw refuse("stopped-by-operator", `the operator stopped because ${namesOf(drifted)} no longer holds`).advise(
    `Put it right and continue with "${session.resumeCommand}", or let the run go on as things are. ${remedyOf(session, unit, question)}`.trimEnd(),
  );
}

/** The fact that a decision names: the first that would be done again, else the first of all. */
function aboutOf(drifted: Drifted): Checked {
  return drifted.find(mayRunAgain) ?? drifted[0];
}

/**
 * A decision to do a step again covers all later steps that drifted since. Drift of an earlier step is another matter,
 * and so is going on over it.
 */
function alike(drifted: Drifted): (value: string) => boolean {
  const from = aboutOf(drifted).fact.planned.index;
  return (value) => value === "again" && drifted.every(({ fact }) => fact.planned.index >= from);
}

/** A fact alone is told with its evidence; several have theirs in the details. */
function driftText(drifted: Drifted): string {
  const [{ fact, verdict }, ...others] = drifted;
  if (others.length > 0)
    return `The results of finished steps no longer hold, or cannot be checked: ${namesOf(drifted)}.`;
  const how = verdict.holds === false ? "no longer holds" : "cannot be checked";
  return `The step "${unitName(fact.unit)}" was finished. Its result ${how} (${verdict.evidence}).`;
}

const namesOf = (drifted: Drifted): string => drifted.map(({ fact }) => unitName(fact.unit)).join(", ");

/** To stop is what happens if nobody decides: it is not named. */
function remedyOf(session: Session, unit: Unit, question: ChoiceQuestion): string {
  return (
    decideWith(
      session,
      unit,
      decidable(question).filter((value) => value !== STOP),
    ) ?? ""
  );
}

const staysText = (verdict: Verdict): string =>
  verdict.holds === false && verdict.stays !== undefined ? `; it cannot be done again: ${verdict.stays}` : "";

const STOP = "stop";

function questionOf(session: Session, drifted: Drifted, failed: RecoverError | undefined): ChoiceQuestion {
  const first = drifted.find(mayRunAgain);
  return {
    kind: "choice",
    id: `drift-${session.state.drifts}`,
    prompt: `${driftText(drifted)} ${failed === undefined ? "Go on?" : "What now?"}`,
    why: "It has changed since, by this run or by somebody else. The steps that follow rely on it.",
    choices: [
      { value: STOP, label: "stop here", consequence: "nothing is changed; the run can be resumed later" },
      ...(failed === undefined
        ? [{ value: "go-on", label: "go on", consequence: "the next steps work with things as they are now" }]
        : []),
      ...(first === undefined
        ? []
        : [
            {
              value: "again",
              label: `do "${unitName(first.fact.unit)}" again`,
              consequence:
                "the tool looks again at that step and at each later one that was begun, and repeats those that are not surely done",
            },
          ]),
    ],
    recommended: first === undefined ? STOP : "again",
    details: [
      ...(failed === undefined ? [] : [failed.message]),
      ...drifted.map(({ fact, verdict }) => `${unitName(fact.unit)}: ${verdict.evidence}${staysText(verdict)}`),
    ],
  };
}
