/** How far a restore is, how fast and how long still, for whoever waits longer than a second. */
import { bytesText } from "../../kit/text/bytes.ts";
import type { Clock } from "../../ports/clock.ts";
import { Rate } from "./rate.ts";

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
  /** From the first byte on. */
  #rate: Rate | undefined;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  progress({ phase, bytes, of }: Restored): void {
    this.#rate ??= new Rate(this.#clock);
    const going = this.#rate.at(bytes, Math.max(of, 1));
    if (going === undefined) return;
    if (phase === "disk") {
      this.#say("waiting until everything is on disk");
      return;
    }
    const share = Math.min(99, going.share);
    this.#say(
      `${WORDS[phase]}: ${bytesText(bytes)} of ${bytesText(of)} (${share} %), ${bytesText(going.perSecond)} a second, about ${going.left} s to go`,
    );
  }
}
