/**
 * `--decide STEP[ITEM]=VALUE` for a choice that a step asked for: a person's answer, given in advance after seeing the
 * question. It answers the question at which the last process ended, as that one showed it. Any other question is asked
 * anew, and its error names the decision that it wants.
 */
import { type Decision, DECISIONS } from "../journal/entry.ts";
import { sha256 } from "../journal/line.ts";
import type { ChoiceQuestion, Question } from "../../ports/operator.ts";
import { inQuotes } from "../../kit/commands/shell-quote.ts";
import type { Session } from "../state/session.ts";
import { type OpenQuestion, type Unit, unitName } from "../state/state.ts";

/** The journal's part of a question that can be decided. */
type Shown = Pick<OpenQuestion, "choices" | "byPerson" | "shownSha256">;

/** Undefined for a question that no flag answers: only a choice with a recommended answer is decided beforehand. */
export function shownOf(session: Session, question: Question): Shown | undefined {
  if (question.kind !== "choice" || question.recommended === undefined) return undefined;
  const { prompt, choices, details = [], about } = question;
  const words = about === undefined ? { prompt, details } : { about };
  const shown = session.options.secrets.maskJson({ ...words, choices: choices.map((each) => ({ ...each })) });
  return {
    choices: flagValues(question),
    byPerson: choices.filter(({ byPerson }) => byPerson === true).map(({ value }) => value),
    shownSha256: sha256(JSON.stringify(shown)),
  };
}

const flagValues = ({ choices }: ChoiceQuestion): readonly string[] =>
  choices.filter(({ byPerson }) => byPerson !== true).map(({ value }) => value);

/**
 * The value that a flag gives to the question; undefined if there is none, or if it was given for another one.
 * `isAlike`: whether an answer is about this question too although it was shown otherwise; by default it never is.
 */
export function decidedFor(
  session: Session,
  question: ChoiceQuestion,
  { unit, isAlike = () => false }: { readonly unit: Unit; readonly isAlike?: (value: string) => boolean },
): string | undefined {
  const value = session.options.flags.decide.get(unitName(unit));
  const now = shownOf(session, question);
  const seen = session.seenQuestion;
  if (value === undefined || now === undefined || seen === undefined || seen.unit !== unitName(unit)) return undefined;
  if (!now.choices.includes(value) || !seen.choices.includes(value)) return undefined;
  if (seen.shownSha256 !== now.shownSha256 && !isAlike(value)) return undefined;
  session.decisionUsed(unit);
  return value;
}

/** The decision of a flag for a step in doubt; its giver must have seen that doubt. */
export function doubtDecidedFor(session: Session, unit: Unit): Decision | undefined {
  const value = session.options.flags.decide.get(unitName(unit));
  const decision = DECISIONS.find((each) => each === value);
  if (decision !== undefined) session.decisionUsed(unit);
  return decision;
}

/** How a question is decided without a terminal: `values` as they are to be named, the best first. */
export function decideWith(session: Session, unit: Unit, values: readonly string[]): string | undefined {
  const call = session.isSaved ? decideCall(session.resumeCommand, unitName(unit), values) : undefined;
  return call === undefined ? undefined : `Decide with ${call}.`;
}

/** The first of `values` as a whole call, the others behind it; undefined when there is none. */
export function decideCall(resume: string, name: string, values: readonly string[]): string | undefined {
  const [first, ...others] = values;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? "" : ` (or ${others.join(", or ")})`;
  return `"${resume} ${decideFlag(name, first)}"${more}`;
}

/** As it is typed in a shell: names may hold quotes. */
export const confirmFlag = (target: string): string => `--confirm ${inQuotes(target)}`;

/** The same: an item's key may hold quotes. */
export const decideFlag = (name: string, value: string): string => `--decide ${inQuotes(`${name}=${value}`)}`;

/** The choices of a question that a flag may give, the recommended one first. */
export function decidable(question: Question): readonly string[] {
  if (question.kind !== "choice" || question.recommended === undefined) return [];
  const { recommended } = question;
  const values = flagValues(question);
  return [...values.filter((value) => value === recommended), ...values.filter((value) => value !== recommended)];
}
