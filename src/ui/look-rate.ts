/** How far a look into an archive is, for whoever waits longer than a second. */
import { bytesText } from "../bytes.js";
import type { Clock } from "../ports/clock.js";
import { Pace } from "./pace.js";

export interface Looked {
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
}

export class LookRate {
  readonly #pace: Pace;
  readonly #say: (line: string) => void;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#pace = new Pace(clock);
    this.#say = say;
  }

  readonly progress = ({ done, of, bytes }: Looked): void => {
    const going = this.#pace.at(done, of);
    if (going === undefined) return;
    const rate = `${Math.round(going.perSecond)} objects, ${bytesText(bytes / this.#pace.seconds)} a second`;
    this.#say(`looked into ${done} of ${of} objects: ${rate}, about ${going.left} s to go`);
  };
}
