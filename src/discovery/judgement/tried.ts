/** A call to a source that may fail without spoiling the others: the failure becomes a reason for incomplete coverage. */
import { asRecoverError, isTransient } from "../../errors.ts";
import { withoutGoingOn } from "../../kit/text/remedy.ts";
import { shown } from "../lines/safe-text.ts";

export interface Tried<T> {
  readonly value?: T;
  /** Empty, or why there is no value; safe to show. */
  readonly failures: readonly string[];
  /** A remedy for each of them, a full sentence. */
  readonly remedies: readonly string[];
  /** It did not answer, and may later. */
  readonly unanswered?: true;
}

/** Defects of ours and interruptions are thrown on. */
export async function attempt<T>(call: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await call(), failures: [], remedies: [] };
  } catch (thrown) {
    const error = asRecoverError(thrown);
    if (error.code === "internal" || error.code === "interrupted") throw thrown;
    const remedies = [shown(withoutGoingOn(error.remedy))];
    return { failures: [shown(error.message)], remedies, ...(isTransient(error) ? { unanswered: true } : {}) };
  }
}

/** As a source's coverage has it: each once. */
export function remedyOf(remedies: Iterable<string>): { readonly remedy?: string } {
  const all = [...new Set(remedies)];
  return all.length === 0 ? {} : { remedy: all.join(" ") };
}
