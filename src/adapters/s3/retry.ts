/**
 * When a call is sent again. Reads: after anything that may pass. Changes: only after "slow down", which says that
 * nothing was done (law 4: in doubt, a change is probed and never silently retried).
 */
import type { Clock } from "../../ports/clock.js";
import type { Failure } from "./failure.js";

const READ_ATTEMPTS = 4;
const THROTTLED_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;

/** Milliseconds to wait before attempt `attempt + 1`, or undefined to give up. Attempts count from 1. */
export function pauseBefore(failure: Failure, reads: boolean, attempt: number): number | undefined {
  if (failure.kind === "throttled" && attempt < THROTTLED_ATTEMPTS) {
    return Math.min(failure.retryAfterMs ?? backOff(attempt + 1), LONGEST_PAUSE_MS * 3);
  }
  if (failure.kind === "transient" && reads && attempt < READ_ATTEMPTS) return backOff(attempt);
  return undefined;
}

/** Runs `work` until it succeeds or its failure is final; `explain` turns what was thrown into a failure. */
export async function withRetries<T>(
  work: () => Promise<T>,
  policy: { readonly reads: boolean; readonly clock: Clock; readonly explain: (error: unknown) => Failure },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const pause = pauseBefore(policy.explain(error), policy.reads, attempt);
      if (pause === undefined) throw error;
      await policy.clock.sleep(pause);
    }
  }
}

/** Doubling, with jitter so that sixteen callers do not come back together. */
function backOff(attempt: number): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return Math.round(full * (0.5 + Math.random() / 2));
}
