/** The judgement of `doctor` on one thing: whether a run can use it, the consequence if not, and the remedy. */
import { asRecoverError, type ErrorCode } from "../../errors.ts";
import { withoutGoingOn } from "../../kit/text/remedy.ts";

/**
 * `note` and `warning`: a run comes to its end all the same. `failed`: a look found it wrong or absent. `unknown`: nobody
 * could look, which is never the same as absent (law 5).
 */
export type State = "ok" | "note" | "warning" | "failed" | "unknown";

export interface Verdict {
  readonly state: State;
  /** A sentence without a stop: what was seen. */
  readonly text: string;
  readonly code?: ErrorCode;
  /** The consequence, with its step. */
  readonly means?: string;
  /** A sentence with the exact command if there is one. */
  readonly mend?: string;
  /** It was wrong, and is right by `--fix`. */
  readonly fixed?: true;
}

/** `id` never changes, as "cf.log-in": scripts may rely on it. */
export type Check = Verdict & { readonly id: string };

/** The checks of one system, or of this machine. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Where it is, as the configuration says. */
  readonly place?: string;
  readonly checks: readonly Check[];
}

export const ok = (text: string): Verdict => ({ state: "ok", text });
export const note = (text: string, mend?: string): Verdict => ({
  state: "note",
  text,
  ...(mend === undefined ? {} : { mend }),
});

/** Codes of errors by which nobody saw an answer, or not all of it. */
const UNSEEN: ReadonlySet<ErrorCode> = new Set(["unreachable", "answer-incomplete", "answer-malformed", "interrupted"]);

/** `means`: the consequence if it stays so. */
export function refusal(thrown: unknown, means: string | undefined): Verdict {
  const error = asRecoverError(thrown);
  return {
    state: UNSEEN.has(error.code) ? "unknown" : "failed",
    text: error.message,
    code: error.code,
    // Errors of a run say "resume"; here nothing was begun.
    mend: withoutGoingOn(error.remedy),
    ...(means === undefined ? {} : { means }),
  };
}
