/** Writes down how an attempt ended, in the journal first, then as an event. */
import type { JsonObject } from "../../action.ts";
import { giveUp, type RecoverError } from "../../errors.ts";
import type { HowSucceeded } from "../journal/entry.ts";
import { optional } from "../../kit/optional.ts";
import { knownBy } from "../state/known.ts";
import { has } from "../state/scope.ts";
import { printable } from "../../kit/text/printable.ts";
import { plain } from "../state/ledger.ts";
import type { PlannedStep } from "../state/plan.ts";
import { journaled, type Session } from "../state/session.ts";
import { type Unit, unitName } from "../state/state.ts";
import { itemOf } from "./unit-input.ts";

/** One attempt at one unit. */
export interface Attempt {
  readonly planned: PlannedStep;
  readonly unit: Unit;
  readonly attempt: number;
  /** `session.workedMs()` when it began, here. */
  readonly beganMs: number;
}

export interface Result {
  readonly how: HowSucceeded;
  readonly output: JsonObject;
  /** The call ended with it, and a look found the effect: somebody has to hear of it. */
  readonly error?: RecoverError;
}

export async function succeed(
  session: Session,
  at: Attempt,
  result: Result & { readonly evidence: string },
): Promise<void> {
  const { unit, attempt } = at;
  const { how, evidence, output } = result;
  const error = result.error === undefined ? {} : { error: journaled(result.error, unit) };
  await session.ledger.append({ type: "step-succeeded", ...unit, attempt, how, output, evidence, ...error });
  const ended = { state: "succeeded", how, evidence, ...error, durationMs: took(session, at) } as const;
  session.emit({ type: "step-ended", ...unit, ...ended, ...optional("known", knownBy(at.planned, output)) });
}

/** Journals the failure and returns its error, to be thrown. */
export async function fail(
  session: Session,
  at: Attempt,
  failure: {
    readonly error: RecoverError;
    readonly probed: "not-done" | "partly" | "not-needed";
    /** The attempt ended before it began. */
    readonly unbegun?: true;
  },
): Promise<RecoverError> {
  const { unit, attempt } = at;
  const error = journaled(failure.error, unit);
  await session.ledger.append({ type: "step-failed", ...unit, attempt, error, probed: failure.probed });
  const title = failure.unbegun === true ? { title: at.planned.step.title } : {};
  const ended = { state: "failed", evidence: "", error, durationMs: took(session, at) } as const;
  session.emit({ type: "step-ended", ...unit, ...title, ...ended });
  return failure.error;
}

/** Throws `proof-failed` if the step's `assert` does not hold for its output. */
export function checkAssertion(session: Session, at: Attempt, output: JsonObject): void {
  const { assert } = at.planned.step;
  if (assert === undefined || holds(session, at, { text: assert.text, output })) return;
  const message = `the step "${unitName(at.unit)}" ran, but this does not hold: ${assert.text}`;
  const scope = masked(session, scopeWith(session, at, output));
  const undo = `"dingo-recover undo ${session.state.run} --dry-run"`;
  throw giveUp("proof-failed", `${message}${valuesIn(session, assert.text, scope)}`)
    .at(`step ${unitName(at.unit)}`)
    .advise(
      session.isSaved
        ? `If the fact is wrong, put it right and continue with "${session.resumeCommand}". If the assert is wrong, ${undo} shows what can be taken back: take it back, correct the runbook and run it anew. This run keeps its text.`
        : "Put the fact or the assert right, then try the dry run again. Nothing was changed.",
    );
}

/** An `assert` or `until` over the step's fresh output. */
export function holds(
  session: Session,
  at: Attempt,
  { text, output }: { readonly text: string; readonly output: JsonObject },
): boolean {
  return session.options.evaluator.evaluate({ text }, scopeWith(session, at, output)) === true;
}

function scopeWith(session: Session, { planned, unit }: Attempt, output: JsonObject): JsonObject {
  const item = itemOf(session, unit);
  const own = { key: planned.key, output: masked(session, output) };
  return session.scope({ own, ...(item === undefined ? {} : { item }) });
}

/** The first values that an expression reads, cut where they are long. */
function valuesIn(session: Session, text: string, scope: JsonObject): string {
  const paths = [...new Set(text.match(PATH))].filter((path) => has(scope, path.split(".")));
  const told = paths.slice(0, MOST_VALUES).map((path) => {
    const value = printable(JSON.stringify(session.options.evaluator.evaluate({ text: path }, scope)));
    return `${path} is ${value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value}`;
  });
  return told.length === 0 ? "" : ` (${told.join("; ")})`;
}

/** Without the name of a function that is called on the value. */
const PATH = /\b(?:item\b|(?:steps|inputs|flags|item)\.\w+(?![\w(]))(?:\.\w+(?![\w(]))*/gu;
const MOST_VALUES = 4;
const LONGEST_VALUE = 60;

/** An output as the journal will give it back: expressions never see more on the first day than on resume. */
export function masked(session: Session, output: JsonObject): JsonObject {
  return session.options.secrets.maskJson(plain(output));
}

function took(session: Session, { beganMs }: Attempt): number {
  return Math.round(session.workedMs() - beganMs);
}
