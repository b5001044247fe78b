/** Steps that only read: run, and run again while they wait for something (`until`) or the network is away. */
import type { JsonObject, ReadAction } from "../../action.ts";
import { isTransient, type RecoverError, refuse } from "../../errors.ts";
import { obtainConsent } from "./consent.ts";
import { hashCommands } from "../state/foresight.ts";
import { type Attempt, checkAssertion, fail, holds, succeed } from "./outcome.ts";
import { patiently } from "./patience.ts";
import { errorOf, isStop, type Session } from "../state/session.ts";
import { unitName } from "../state/state.ts";
import { contextFor } from "./step-context.ts";
import { inputOf, type UnitInput } from "./unit-input.ts";

/** How long `until` waits in a runbook of a release that wanted no timeout beside it. */
export const DEFAULT_UNTIL_MS = 10 * 60_000;
const FIRST_POLL_MS = 2000;
const LONGEST_POLL_MS = 10_000;

export type ErasedRead = ReadAction<never, JsonObject>;

export async function runReadStep(session: Session, at: Attempt, action: ErasedRead): Promise<void> {
  const { planned, unit, attempt } = at;
  const input = inputOf(session, planned, unit);
  // Only if the runbook raised the effect is there anything to consent to.
  await obtainConsent(session, { planned, unit, commands: input.commands });
  const commandsSha256 = hashCommands(input.commands);
  const start = { action: action.id, effect: planned.effect, input: input.raw, commandsSha256 };
  await session.ledger.append({ type: "step-started", ...unit, attempt, ...start });
  const { title } = planned.step;
  session.emit({ type: "step-began", ...unit, title, effect: planned.effect, attempt, commands: input.commands });
  try {
    const output = await poll(session, at, () => readOnce(session, at, { action, input }));
    checkAssertion(session, at, output);
    await succeed(session, at, { how: "ran", output, evidence: action.tell?.(output) ?? "" });
  } catch (thrown) {
    session.ledger.assertSound();
    const error = errorOf(thrown, unit);
    // Patience used up: the step goes on waiting in the next process.
    if (isStop(error) || isTransient(error)) throw error;
    throw await fail(session, at, { error, probed: "not-needed" });
  }
}

export async function readOnce(
  session: Session,
  { planned, unit, attempt }: Attempt,
  asked: { readonly action: ErasedRead; readonly input: UnitInput; readonly look?: typeof patiently },
): Promise<JsonObject> {
  const { action, input, look = patiently } = asked;
  const context = contextFor(session, planned, { unit, attempt });
  return action.output.parse(await look(session, unit, () => action.run(context, input.parsed)));
}

/** Repeats a read until the step's `until` holds: every 2 s at first, every 10 s later. Errors: `deadline-passed`. */
async function poll(session: Session, at: Attempt, read: () => Promise<JsonObject>): Promise<JsonObject> {
  const { until, timeoutMs = DEFAULT_UNTIL_MS } = at.planned.step;
  const { clock } = session.options;
  const deadline = clock.monotonicMs() + timeoutMs;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
    const output = await read();
    if (until === undefined || holds(session, at, { text: until.text, output })) return output;
    const left = deadline - clock.monotonicMs();
    if (left <= 0) throw deadlinePassed(session, at, { text: until.text, timeoutMs });
    session.emit({ type: "step-progress", ...at.unit, progress: { message: `waiting until ${until.text}` } });
    await session.sleep(Math.min(pause, left));
  }
}

function deadlinePassed(
  session: Session,
  { unit }: Attempt,
  { text, timeoutMs }: { readonly text: string; readonly timeoutMs: number },
): RecoverError {
  const seconds = Math.round(timeoutMs / 1000);
  return refuse("deadline-passed", `after ${seconds} s this still did not hold: ${text}`)
    .at(`step ${unitName(unit)}`)
    .advise(`See what holds it up, then continue with "${session.resumeCommand}".`);
}
