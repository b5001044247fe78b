/** How far a look into an archive is, for whoever waits longer than a second. */
import { bytesText } from "../bytes.js";
import type { Clock } from "../ports/clock.js";

const FIRST_MS = 1000;
const EACH_MS = 2000;

export interface Looked {
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
}

export class LookRate {
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

  readonly progress = ({ done, of, bytes }: Looked): void => {
    const now = this.#clock.monotonicMs();
    if (now < this.#next || done === 0) return;
    this.#next = now + EACH_MS;
    const seconds = (now - this.#began) / 1000;
    const left = Math.max(1, Math.ceil(((of - done) * seconds) / done));
    const rate = `${Math.round(done / seconds)} objects, ${bytesText(bytes / seconds)} a second`;
    this.#say(`looked into ${done} of ${of} objects: ${rate}, about ${left} s to go`);
  };
}
