/** The person at the terminal (or nobody). Questions are data, so that every renderer and the journal see the same. */

/** The exact commands of one step, as somebody would type them. */
export interface StepCommands {
  readonly step: string;
  readonly title: string;
  /** `variables` name what stands as $NAME in `line`, each with the line that sets it in the same shell. */
  readonly commands: readonly {
    readonly on: string;
    readonly line: string;
    readonly variables?: readonly { readonly name: string; readonly setWith: string }[];
  }[];
}

interface QuestionBase {
  /** Stable within the step: the key under which the answer is journaled. */
  readonly id: string;
  readonly prompt: string;
  /** Why am I asked? One or two sentences. */
  readonly why: string;
  /** Answers to "why?" beside it; also written to a log. */
  readonly more?: readonly string[];
  /** Commands that would be run, the present step's first; shown when the operator asks for them. */
  readonly commands?: readonly StepCommands[];
  /** The step at hand may have been done by hand instead: then the answer's value is "by-hand". */
  readonly byHand?: true;
}

export interface TextQuestion extends QuestionBase {
  readonly kind: "text";
  readonly default?: string;
  /** Nothing typed is no answer: at a terminal it is asked again. */
  readonly needed?: true;
  /** A secret answer is never journaled, only the fact that it was given. */
  readonly secret?: boolean;
}

/** Yes or no; at a terminal Enter alone is neither. */
export interface ConfirmQuestion extends QuestionBase {
  readonly kind: "confirm";
  readonly details: readonly string[];
}

/** The text must be typed exactly. */
export interface TypedQuestion extends QuestionBase {
  readonly kind: "typed";
  readonly expected: string;
  readonly details: readonly string[];
}

export interface ChoiceQuestion extends QuestionBase {
  readonly kind: "choice";
  readonly choices: readonly {
    readonly value: string;
    readonly label: string;
    /** Stands in the label; it may be typed if no other choice has it. */
    readonly name?: string | undefined;
    readonly consequence: string;
    /** Never chosen by a flag: it wants somebody at a terminal. */
    readonly byPerson?: true;
  }[];
  /** Shown as recommended, never preselected. */
  readonly recommended?: string;
  /** The subject of the question. If its words change by themselves, a decision for this subject still holds later. */
  readonly about?: string;
  readonly details?: readonly string[];
}

/** The question whose answer `cleanup --owner-agrees NAME` gives. */
export const OWNER_AGREES = "owner-agrees";

export type Question = TextQuestion | ConfirmQuestion | TypedQuestion | ChoiceQuestion;

/** The answer's text: "yes" or "no" for a confirm, the typed text, the chosen value; "by-hand" if that is offered. */
export interface Answer {
  readonly value: string;
  readonly by: "operator" | "flag" | "scenario" | "journal";
}

export interface Operator {
  /**
   * Undefined when nobody can answer (non-interactive and no flag covers it). Throws `stopped-by-operator` on a way out.
   * `signal`: takes the question away.
   */
  ask(question: Question, signal?: AbortSignal): Promise<Answer | undefined>;
}
