/** How far a look into an archive is, for whoever waits longer than a second. */
import { bytesText } from "../../kit/text/bytes.ts";
import { counted } from "../../kit/text/counted.ts";
import type { Clock } from "../../ports/clock.ts";
import { Rate } from "./rate.ts";

export interface Looked {
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
}

export class LookRate {
  readonly #rate: Rate;
  readonly #say: (line: string) => void;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#rate = new Rate(clock);
    this.#say = say;
  }

  readonly progress = ({ done, of, bytes }: Looked): void => {
    const going = this.#rate.at(done, of);
    if (going === undefined) return;
    const rate = `${counted(Math.round(going.perSecond), "object")}, ${bytesText((bytes * going.perSecond) / done)} a second`;
    this.#say(`looked into ${done} of ${of} objects: ${rate}, about ${going.left} s to go`);
  };
}
