/**
 * Waits for a lost network (docs/two-machines.md). Only reads are called again, and each try is journaled. After the patience the
 * run ends with 15 and the command to continue.
 */
import { isTransient, type RecoverError } from "../../errors.ts";
import { errorOf, journaled, type Session } from "../state/session.ts";
import { stateOf, type Unit } from "../state/state.ts";
import { touchesWorld } from "../state/summary.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** One spell of bad weather: from the first lost call to the first answer. */
export class Patience {
  readonly #session: Session;
  readonly #unit: Unit;
  /** The safe things, for the screen. */
  readonly #safe: string;
  #began: number | undefined;
  #tries = 0;

  constructor(session: Session, unit: Unit, safe: string) {
    this.#session = session;
    this.#unit = unit;
    this.#safe = safe;
  }

  /**
   * Notes the lost call and pauses, until it is known that this process still holds the run: another may have taken it
   * over while nobody could be reached. Errors: `fenced`; the given one, with how to continue, once the patience is
   * used up.
   */
  async pause(error: RecoverError): Promise<void> {
    for (let lost: RecoverError | undefined = error; lost !== undefined; lost = await this.#stillLost())
      await this.#pauseOnce(lost);
  }

  async #stillLost(): Promise<RecoverError | undefined> {
    try {
      await this.#session.ledger.checkFence();
      return undefined;
    } catch (thrown) {
      this.#session.ledger.assertSound();
      const error = errorOf(thrown, this.#unit);
      if (isTransient(error)) return error;
      throw error;
    }
  }

  async #pauseOnce(error: RecoverError): Promise<void> {
    const { clock, flags } = this.#session.options;
    this.#began ??= clock.monotonicMs();
    const left = flags.patienceMs - (clock.monotonicMs() - this.#began);
    await this.#session.ledger.append({ type: "waited", ...this.#unit, error: journaled(error, this.#unit) });
    if (left <= 0) throw this.#usedUp(error);
    const safe = this.#safe;
    this.#session.emit({
      type: "waiting",
      step: this.#unit.step,
      error: journaled(error, this.#unit),
      safe,
      patienceLeftMs: left,
    });
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#tries, LONGEST_PAUSE_MS, left);
    this.#tries += 1;
    await this.#session.sleep(pause);
  }

  #usedUp(error: RecoverError): RecoverError {
    const remedy = `${error.remedy} Then continue with "${this.#session.resumeCommand}". ${this.#safe}`;
    return error.with({ remedy, cause: error });
  }
}

/** Makes a call that only reads until it answers. Errors: what it threw, as RecoverError, unless it may pass by itself. */
export async function patiently<T>(session: Session, unit: Unit, call: () => Promise<T>): Promise<T> {
  const patience = new Patience(session, unit, safeWhile(session, unit));
  for (;;) {
    try {
      return await session.untilAborted(call());
    } catch (thrown) {
      session.ledger.assertSound();
      const error = errorOf(thrown, unit);
      if (session.options.signal.aborted) throw session.interrupted("Only reads were going on.");
      // A run that has changed the world waits for the network that knew the name.
      if (!isTransient(error) || (error.lasts && !touchesWorld(session.plan, session.state))) throw error;
      await patience.pause(error);
    }
  }
}

function safeWhile(session: Session, unit: Unit): string {
  const began = ["running", "waiting", "in-doubt", "reopened"].includes(stateOf(session.state, unit).kind);
  return began && isMutating(session, unit)
    ? "The step has begun and may have had its effect; it is not done again before a look at the world."
    : "This only reads: nothing is changed by it.";
}

function isMutating(session: Session, unit: Unit): boolean {
  return session.plan.steps.some(({ step }) => step.id === unit.step && step.action.effect !== "read");
}
