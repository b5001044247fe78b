/** Names that a person gives, in an input or as an answer: one rule reads both. */
import type { Context } from "../../../action.ts";
import { RecoverError, refusalOf } from "../../../errors.ts";
import type { TextQuestion } from "../../../ports/operator.ts";

export interface Naming<T> {
  /** From the input; empty to be asked. */
  readonly given: readonly string[];
  readonly question: TextQuestion;
  readonly divide: (answer: string) => readonly string[];
  /** Throws if the words name no thing that is there. */
  readonly read: (words: readonly string[]) => T;
  /** The remedy when nobody can answer; else it is said at the question. */
  readonly unattended?: string;
}

/** The named thing. Asks if the given words are refused. Errors: that of `read`, if nobody can answer. */
export async function named<T>(context: Context, naming: Naming<T>): Promise<T> {
  const { given, question, divide, read, unattended } = naming;
  const refused = given.length === 0 ? undefined : refusalOf(() => read(given));
  if (given.length > 0 && refused === undefined) return read(given);
  const prompt = refused === undefined ? question.prompt : `${refused.message}. ${question.prompt}`;
  try {
    const { value } = await context.ask({ ...question, prompt }, (answer) => refusalOf(() => read(divide(answer))));
    return read(divide(value));
  } catch (thrown) {
    if (refused === undefined || !(thrown instanceof RecoverError) || thrown.code !== "question-unanswered")
      throw thrown;
    throw unattended === undefined ? refused : refused.with({ remedy: unattended });
  }
}
