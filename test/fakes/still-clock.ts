/**
 * A clock that stands until somebody sleeps. A sleep ends at once, and moves the clock and every other part that shares
 * its time.
 */
import type { Clock } from "../../src/ports/clock.ts";

export class StillClock implements Clock {
  readonly sleeps: number[] = [];
  #ms: number;
  readonly #moved: (ms: number) => void;

  constructor(startMs = Date.UTC(2026, 10, 21, 12), moved: (ms: number) => void = () => undefined) {
    this.#ms = startMs;
    this.#moved = moved;
  }

  now(): Date {
    return new Date(this.#ms);
  }

  monotonicMs(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.sleeps.push(ms);
    this.#ms += ms;
    this.#moved(ms);
    return Promise.resolve();
  }
}
