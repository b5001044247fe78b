/** How far a search in files is, how fast and how long still, for whoever waits longer than a second. */
import { bytesText } from "../bytes.js";
import type { Clock } from "../ports/clock.js";

const FIRST_MS = 1000;
const EACH_MS = 2000;

export interface Read {
  /** Bytes. */
  readonly read: number;
  readonly total: number;
}

export class SearchRate {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #say: (line: string) => void;
  readonly #began: number;
  #next: number;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#began = clock.monotonicMs();
    this.#next = this.#began + FIRST_MS;
  }

  readonly progress = ({ read, total }: Read): void => {
    const now = this.#clock.monotonicMs();
    if (now < this.#next || read === 0 || total === 0) return;
    this.#next = now + EACH_MS;
    const perSecond = (read * 1000) / (now - this.#began);
    const left = Math.max(1, Math.ceil((total - read) / perSecond));
    const share = Math.floor((100 * read) / total);
    this.#say(
      `searched ${bytesText(read)} of ${bytesText(total)} (${share} %), ${bytesText(perSecond)} a second, about ${left} s to go`,
    );
  };
}
