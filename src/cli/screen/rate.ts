/** When long work is told of, and how fast it goes: after a second, and every two from then on. */
import type { Clock } from "../../ports/clock.ts";

const FIRST_MS = 1000;
const EACH_MS = 2000;

export interface Going {
  readonly perSecond: number;
  /** Seconds to go at that, at least one. */
  readonly left: number;
  /** Of a hundred, rounded down. */
  readonly share: number;
}

/** Begins when it is made. */
export class Rate {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #began: number;
  #next: number;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#began = clock.monotonicMs();
    this.#next = this.#began + FIRST_MS;
  }

  /** Undefined where it is too early to tell, or to tell again. */
  at(done: number, of: number): Going | undefined {
    const now = this.#clock.monotonicMs();
    if (now < this.#next || done === 0 || of === 0) return undefined;
    this.#next = now + EACH_MS;
    const perSecond = (done * 1000) / (now - this.#began);
    return {
      perSecond,
      left: Math.max(1, Math.ceil((of - done) / perSecond)),
      share: Math.floor((100 * done) / of),
    };
  }
}
