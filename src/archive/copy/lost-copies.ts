/**
 * Copies whose outcome is lost: the connection broke, or the store answered with a 500 or with half an answer. A copy
 * is sent again only after a look at its one key has found nothing there (law 4).
 */
import { giveUp, isTransient, RecoverError } from "../../errors.ts";
import type { Clock } from "../../ports/clock.ts";

/** Of one object, when the store goes on serving others. */
const MOST_SENDS = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface LostCopyOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Milliseconds without one copy that ends well, after which all of them are given up; 0: the first lost one ends them. */
  readonly patienceMs: number;
  /** Told of the first lost copy, and of the first one after others ended well. */
  readonly lost?: (error: RecoverError) => void;
}

export interface OneCopy {
  readonly send: () => Promise<void>;
  /** Looks whether it is there, and throws if another object is. */
  readonly isThere: () => Promise<boolean>;
}

export class LostCopies {
  readonly #options: LostCopyOptions;
  readonly #over = new AbortController();
  #objects = 0;
  #lostSince: number | undefined;

  constructor(options: LostCopyOptions) {
    this.#options = options;
  }

  /** Of which a copy was lost, whether it was found or sent again. */
  get objects(): number {
    return this.#objects;
  }

  /**
   * Throws the errors of the store, and `unreachable` when patience is over. The first error ends the waiting of all
   * others: the caller hears it at once, and looks at the lost copies when it tries again.
   */
  async outlive(one: OneCopy): Promise<void> {
    try {
      await this.#untilThere(one);
    } catch (thrown) {
      this.#over.abort(thrown);
      throw thrown;
    }
  }

  async #untilThere({ send, isThere }: OneCopy): Promise<void> {
    for (let sends = 1; ; sends += 1) {
      try {
        await send();
        return this.#endedWell();
      } catch (thrown) {
        if (!isLost(thrown) && !(sends > 1 && isTaken(thrown))) throw thrown;
        if (sends === 1) this.#objects += 1;
        if (await this.#look(isThere, thrown, sends)) return this.#endedWell();
        if (sends === MOST_SENDS) throw givenUp(thrown, `it was sent ${MOST_SENDS} times`);
      }
    }
  }

  /** Whether it is there, when the store says it: an answer that is lost as well is no answer. */
  async #look(isThere: () => Promise<boolean>, lost: RecoverError, pauses: number): Promise<boolean> {
    for (let last = lost, pause = pauses; ; pause += 1) {
      await this.#pause(last, pause);
      try {
        return await isThere();
      } catch (thrown) {
        if (!isLost(thrown)) throw thrown;
        last = thrown;
      }
    }
  }

  async #pause(lost: RecoverError, pauses: number): Promise<void> {
    const { clock, patienceMs, signal } = this.#options;
    const now = clock.monotonicMs();
    if (this.#lostSince === undefined && patienceMs > 0) this.#options.lost?.(lost);
    this.#lostSince ??= now;
    const left = this.#lostSince + patienceMs - now;
    if (left <= 0) throw givenUp(lost, `no copy ended well for ${Math.round(patienceMs / 1000)} s`);
    const ends = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
    await clock.sleep(Math.min(longer(pauses), left), ends);
  }

  #endedWell(): void {
    this.#lostSince = undefined;
  }
}

/** The call may have been carried out, or the store is not reached at all. */
function isLost(thrown: unknown): thrown is RecoverError {
  return isTransient(thrown) || (thrown instanceof RecoverError && thrown.code === "answer-incomplete");
}

/** The first copy may come to its end while the second is refused. */
function isTaken(thrown: unknown): thrown is RecoverError {
  return thrown instanceof RecoverError && thrown.code === "target-not-fresh";
}

/** Doubling, with jitter so that all callers do not come back together. */
function longer(pauses: number): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** (pauses - 1), LONGEST_PAUSE_MS);
  return Math.round(full * (0.75 + Math.random() / 4));
}

function givenUp(lost: RecoverError, why: string): RecoverError {
  return giveUp("unreachable", `${lost.message}; ${why}`)
    .at(lost.place)
    .advise(
      "See that the store answers, then run the same command again: it goes on, and what is there is not copied twice.",
      lost,
    );
}
