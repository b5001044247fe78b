/** How far a copy is, how fast and how long still, for whoever waits longer than a second. */
import type { Clock } from "../../ports/clock.ts";
import { Rate } from "./rate.ts";

export class CopyRate {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #say: (line: string) => void;
  /** From the first object on that is copied; what was there before took no time. */
  #since: { readonly there: number; readonly rate: Rate } | undefined;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  readonly progress = (done: number, total: number): void => {
    this.#since ??= { there: done - 1, rate: new Rate(this.#clock) };
    const { there, rate } = this.#since;
    const going = rate.at(done - there, total - there);
    if (going === undefined || done === total) return;
    this.#say(
      `copied ${done} of ${total} objects: ${Math.round(going.perSecond)} a second, about ${going.left} s to go`,
    );
  };
}
