/**
 * A box's time without the waiting: it runs at a gentle rate while work is done, and leaps to the next appointment as
 * soon as somebody waits for one. Tool and box have to share it, so both are in one process: a single flow, in which a
 * waiter has nothing else to do.
 */
import { type BoxClock, shown } from "../../src/rehearsal/box/clock.ts";

const RATE = 20;
/** Real milliseconds that answers which are under way get before a leap. */
const PAUSE_MS = 2;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class LeapingClock implements BoxClock {
  readonly realMs = Date.now();
  readonly rate = RATE;
  #epochMs: number;
  readonly #sleepers = new Set<Sleeper>();
  #timer: NodeJS.Timeout | undefined;

  constructor(epochMs: number) {
    this.#epochMs = epochMs;
  }

  get epochMs(): number {
    return this.#epochMs;
  }

  /** Resolves when the box shows that time, or when the signal is aborted. */
  until(at: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
      if (signal?.aborted === true) wake();
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#sleepers.size > 0) this.#timer ??= setTimeout(() => this.#leap(), PAUSE_MS);
  }

  #leap(): void {
    this.#timer = undefined;
    const next = Math.min(...[...this.#sleepers].map(({ at }) => at));
    if (Number.isFinite(next)) this.#epochMs += Math.max(0, next - shown(this));
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= shown(this)) sleeper.wake();
    this.#schedule();
  }
}
