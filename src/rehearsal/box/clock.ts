/** How time passes in a box. */
import { setTimeout as delay } from "node:timers/promises";

/** The box's time: it runs faster than the machine's, from a point where both were read together. */
export interface BoxClock {
  /** Milliseconds of the epoch by this machine. */
  readonly realMs: number;
  /** Milliseconds of the epoch that the box showed then. */
  readonly epochMs: number;
  readonly rate: number;
  /** Waits in the clock's own way; absent: as long as the rate says. */
  until?(at: number): Promise<void>;
}

/** How fast the box's time runs: for a person who watches, and for a machine that waits. */
export const PACES = { person: 25, max: 150 } as const;
export type Pace = keyof typeof PACES;

export const shown = (clock: BoxClock): number => Math.floor(clock.epochMs + (Date.now() - clock.realMs) * clock.rate);

/** Resolves when the box shows a time, or a little later. */
export const waitUntil = (clock: BoxClock, at: number): Promise<void> =>
  clock.until === undefined ? delay(realDelay(clock, at)) : clock.until(at);

/** Real milliseconds until the box shows a time; at least one, so that a waiter never spins. */
export const realDelay = (clock: BoxClock, at: number): number =>
  Math.max(1, Math.ceil((at - shown(clock)) / clock.rate));

export const clockFrom = (epochMs: number, pace: Pace): BoxClock => ({
  realMs: Date.now(),
  epochMs,
  rate: PACES[pace],
});
