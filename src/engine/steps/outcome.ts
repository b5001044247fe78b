/** Writes down how an attempt ended, in the journal first, then as an event. */
import type { JsonObject } from "../../action.ts";
import { giveUp, type RecoverError } from "../../errors.ts";
import type { HowSucceeded } from "../journal/entry.ts";
import { optional } from "../../kit/optional.ts";
import { knownBy } from "../state/known.ts";
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
  throw giveUp("proof-failed", `the step "${unitName(at.unit)}" ran, but this does not hold: ${assert.text}`)
    .at(`step ${unitName(at.unit)}`)
    .advise(
      `Look at what the step found ("dingo-recover status"), put it right and continue with "${session.resumeCommand}".`,
    );
}

/** An `assert` or `until` over the step's fresh output. */
export function holds(
  session: Session,
  { planned, unit }: Attempt,
  { text, output }: { readonly text: string; readonly output: JsonObject },
): boolean {
  const item = itemOf(session, unit);
  const own = { key: planned.key, output: masked(session, output) };
  const scope = session.scope({ own, ...(item === undefined ? {} : { item }) });
  return session.options.evaluator.evaluate({ text }, scope) === true;
}

/** An output as the journal will give it back: expressions never see more on the first day than on resume. */
export function masked(session: Session, output: JsonObject): JsonObject {
  return session.options.secrets.maskJson(plain(output));
}

function took(session: Session, { beganMs }: Attempt): number {
  return Math.round(session.workedMs() - beganMs);
}
