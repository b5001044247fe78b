/** How far a restore is, how fast and how long still, for whoever waits longer than a second. */
import { bytesText } from "../bytes.js";
import type { Clock } from "../ports/clock.js";

const FIRST_MS = 1000;
const EACH_MS = 2000;

export interface Restored {
  readonly phase: "base" | "wal" | "disk";
  /** Bytes that lie there, and those that will. */
  readonly bytes: number;
  readonly of: number;
}

const WORDS = { base: "base backup", wal: "WAL" } as const;

export class RestoreRate {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #say: (line: string) => void;
  #began: number | undefined;
  #next = 0;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  progress({ phase, bytes, of }: Restored): void {
    const now = this.#clock.monotonicMs();
    if (this.#began === undefined) {
      this.#began = now;
      this.#next = now + FIRST_MS;
    }
    if (now < this.#next || bytes === 0) return;
    this.#next = now + EACH_MS;
    if (phase === "disk") {
      this.#say("waiting until everything is on disk");
      return;
    }
    const perSecond = (bytes * 1000) / (now - this.#began);
    const left = Math.max(1, Math.ceil((of - bytes) / perSecond));
    const share = Math.min(99, Math.floor((100 * bytes) / Math.max(of, 1)));
    this.#say(
      `${WORDS[phase]}: ${bytesText(bytes)} of ${bytesText(of)} (${share} %), ${bytesText(perSecond)} a second, about ${left} s to go`,
    );
  }
}
