/** Waiting for the world: the same look again and again, until it is so, the time is over, or the run is stopped. */
import type { Context, Progress } from "../action.ts";
import type { RecoverError } from "../errors.ts";
import type { Ports } from "../ports/ports.ts";

/** The part of a step's context that a wait needs. */
export type Waiter = Pick<Context, "signal" | "progress"> & { readonly ports: Pick<Ports, "clock"> };

/** The result of one look: the thing that is waited for, or its substitute. */
export type Look<T, W> = { readonly found: T } | { readonly instead: W };

export interface LimitedWait<T, W> {
  /** From the first look; with 0 it is the only one. */
  readonly deadlineMs: number;
  /** Between one look and the next. */
  readonly pollMs: number;
  readonly look: () => Promise<Look<T, W>>;
  /** Shown until the next look; nothing if absent. */
  readonly tell?: (instead: W) => string | Progress;
}

export interface Wait<T, W> extends LimitedWait<T, W> {
  /** Of the last look. */
  readonly late: (instead: W) => RecoverError;
}

/** Errors: what `late` makes of the last look, what a look throws, the reason of the context's signal. */
export async function waitFor<T, W>(context: Waiter, wait: Wait<T, W>): Promise<T> {
  const last = await waitAtMost(context, wait);
  if ("found" in last) return last.found;
  throw wait.late(last.instead);
}

/** Returns the last look, found or not. Errors: a look's own, the reason of the context's signal. */
export async function waitAtMost<T, W>(context: Waiter, wait: LimitedWait<T, W>): Promise<Look<T, W>> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + wait.deadlineMs;
  for (;;) {
    const seen = await wait.look();
    if ("found" in seen || clock.monotonicMs() >= until) return seen;
    const shown = wait.tell?.(seen.instead);
    if (shown !== undefined) context.progress(typeof shown === "string" ? { message: shown } : shown);
    await clock.sleep(wait.pollMs, context.signal);
  }
}
