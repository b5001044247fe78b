/** How far a search in files is, how fast and how long still, for whoever waits longer than a second. */
import { bytesText } from "../bytes.js";
import type { Clock } from "../ports/clock.js";
import { Pace } from "./pace.js";

export interface Read {
  /** Bytes. */
  readonly read: number;
  readonly total: number;
}

export class SearchRate {
  readonly #pace: Pace;
  readonly #say: (line: string) => void;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#pace = new Pace(clock);
    this.#say = say;
  }

  readonly progress = ({ read, total }: Read): void => {
    const going = this.#pace.at(read, total);
    if (going === undefined) return;
    const { perSecond, left, share } = going;
    this.#say(
      `searched ${bytesText(read)} of ${bytesText(total)} (${share} %), ${bytesText(perSecond)} a second, about ${left} s to go`,
    );
  };
}
