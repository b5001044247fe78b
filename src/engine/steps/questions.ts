/** Questions to the operator: asked once, journaled, and answered from the journal on resume. */
import type { Effect } from "../../action.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import type { Answer, Question } from "../../ports/operator.ts";
import { decidable, decidedFor, decideFlag, decideWith, shownOf } from "./decided.ts";
import type { Session } from "../state/session.ts";
import { type Decided, questionKey, type Unit, unitName } from "../state/state.ts";

export interface Asking {
  readonly unit?: Unit;
  /** Of the step that asks: `--yes` answers y/n questions of steps that read or create. */
  readonly effect: Effect;
  /** The remedy when nobody is there to answer: the flag that would. */
  readonly remedy?: string;
  /** Why a text is no answer. The operator is asked again then; anybody else's answer ends in this error. */
  readonly refusal?: (value: string) => RecoverError | undefined;
  /** The answer by a flag, whose giver has seen the question. */
  readonly decided?: string | undefined;
}

/** Errors: `question-unanswered`, `stopped-by-operator`; a refusal's. A refused answer is never journaled. */
export async function ask(session: Session, question: Question, asking: Asking): Promise<Answer> {
  const earlier = answeredBefore(session, question, asking);
  if (earlier !== undefined) return { value: earlier, by: "journal" };
  const answer = await askUntilTaken(session, question, {
    ...asking,
    decided: await openFor(session, question, asking),
  });
  const secret = question.kind === "text" && question.secret === true;
  if (secret) session.options.secrets.register(answer.value);
  await noteAnswer(session, question, { unit: asking.unit, answer: secret ? { ...answer, value: "" } : answer });
  return answer;
}

/** Journals that the question is asked, with what a flag may answer later; what a flag answers now, if one does. */
async function openFor(session: Session, question: Question, { unit }: Asking): Promise<string | undefined> {
  const { id, prompt } = question;
  await session.ledger.append({ type: "asked", ...unit, question: id, prompt, ...shownOf(session, question) });
  return unit === undefined || question.kind !== "choice" ? undefined : decidedFor(session, question, { unit });
}

/** Journals an answer, and who was there if a flag gave it. */
export async function noteAnswer(
  session: Session,
  { id }: Question,
  { unit, answer }: { readonly unit: Unit | undefined; readonly answer: Answer },
): Promise<void> {
  const who = answer.by === "flag" ? { operator: session.options.carrier.operator } : {};
  await session.ledger.append({ type: "answered", ...unit, question: id, value: answer.value, by: answer.by, ...who });
}

async function askUntilTaken(session: Session, question: Question, asking: Asking): Promise<Answer> {
  for (;;) {
    const answer = await askNow(session, question, asking);
    const refused = asking.refusal?.(answer.value);
    if (refused === undefined) return answer;
    if (answer.by !== "operator") throw refused;
    session.emit({ type: "note", message: `${refused.message}. ${refused.remedy}` });
  }
}

/** Asks without looking into the journal and without writing the answer there. */
export async function askNow(session: Session, question: Question, asking: Asking): Promise<Answer> {
  await session.checkStop();
  const step = asking.unit === undefined ? {} : { step: asking.unit.step };
  const harmless = question.kind === "confirm" && (asking.effect === "read" || asking.effect === "create");
  const byFlag = harmless && session.options.flags.yes ? "yes" : asking.decided;
  if (byFlag === undefined) session.emit({ type: "question", ...step, question });
  const answer: Answer | undefined =
    byFlag === undefined ? await session.asking(question) : { value: byFlag, by: "flag" };
  if (answer === undefined || !isAmong(question, answer)) throw unanswered(session, question, asking);
  const option = byFlag === undefined ? {} : { option: byFlag === asking.decided ? decided(asking, byFlag) : "--yes" };
  session.emit({ type: "answered", ...step, question: question.id, by: answer.by, ...option });
  return answer;
}

const decided = ({ unit }: Asking, value: string): string =>
  decideFlag(unit === undefined ? "" : unitName(unit), value);

/** An answer outside a person's list of choices answers another question. */
const isAmong = (question: Question, { value }: Answer): boolean =>
  question.kind !== "choice" || question.choices.some((choice) => choice.value === value);

/** A decision holds while a look at the world finds what it was made on. */
export function standsOn(session: Session, { why }: Decided, evidence: string): boolean {
  return why === session.options.secrets.mask(evidence);
}

/** The journaled answer, if it still answers this question. A "no" is asked again: else no resume could ever go on. */
function answeredBefore(session: Session, question: Question, { unit, refusal }: Asking): string | undefined {
  const value = session.state.answers.get(questionKey(question.id, unit))?.value;
  if (value === undefined || refusal?.(value) !== undefined) return undefined;
  switch (question.kind) {
    case "text":
      // Nothing typed is the way to stop at many of them.
      return question.secret === true || value === "" ? undefined : value;
    case "confirm":
      return value === "yes" ? value : undefined;
    case "typed":
      return value === question.expected ? value : undefined;
    case "choice":
      return question.choices.some((choice) => choice.value === value) ? value : undefined;
  }
}

function unanswered(session: Session, question: Question, asking: Asking): RecoverError {
  const { unit } = asking;
  const fallback = `Continue at a terminal with "${session.resumeCommand}".`;
  const remedy = asking.remedy ?? (unit === undefined ? undefined : decideWith(session, unit, decidable(question)));
  const place = unit && `step ${unitName(unit)}`;
  return refuse("question-unanswered", `nobody is there to answer: "${question.prompt}"`)
    .at(place)
    .advise(remedy === undefined ? fallback : `${remedy} ${fallback}`);
}
