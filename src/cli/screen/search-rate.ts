/** How far a search in files is, how fast and how long still, for whoever waits longer than a second. */
import { bytesText } from "../../kit/text/bytes.ts";
import type { Clock } from "../../ports/clock.ts";
import { Rate } from "./rate.ts";

export interface Read {
  /** Bytes. */
  readonly read: number;
  readonly total: number;
}

export class SearchRate {
  readonly #rate: Rate;
  readonly #say: (line: string) => void;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#rate = new Rate(clock);
    this.#say = say;
  }

  readonly progress = ({ read, total }: Read): void => {
    const going = this.#rate.at(read, total);
    if (going === undefined) return;
    const { perSecond, left, share } = going;
    this.#say(
      `searched ${bytesText(read)} of ${bytesText(total)} (${share} %), ${bytesText(perSecond)} a second, about ${left} s to go`,
    );
  };
}
