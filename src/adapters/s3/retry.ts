/**
 * When a call is sent again. Reads: after anything that may pass. Changes: only after "slow down", which says that
 * nothing was done (law 4: in doubt, a change is probed and never silently retried).
 */
import type { Clock } from "../../ports/clock.js";
import type { Failure } from "./failure.js";

const READ_ATTEMPTS = 4;
const THROTTLED_ATTEMPTS = 8;
/** Where others are served: pauses of some seconds, again and again, for some minutes. */
const PATIENT_ATTEMPT = 4;
const MOST_THROTTLED_ATTEMPTS = 100;
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

export interface RetryPolicy {
  readonly reads: boolean;
  readonly clock: Clock;
  /** Turns what was thrown into a failure. */
  readonly explain: (error: unknown) => Failure;
  /** Calls of all that ended well. A store that serves others meanwhile is busy and not gone: then patience lasts. */
  readonly served?: () => number;
}

/** Runs `work` until it succeeds or its failure is final. */
export async function withRetries<T>(work: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  const { served = () => 0 } = policy;
  let before = served();
  for (let attempt = 1, all = 1; ; attempt += 1, all += 1) {
    try {
      return await work();
    } catch (error) {
      const failure = policy.explain(error);
      if (failure.kind === "throttled" && served() > before && all < MOST_THROTTLED_ATTEMPTS) {
        attempt = Math.min(attempt, PATIENT_ATTEMPT);
        before = served();
      }
      const pause = pauseBefore(failure, policy.reads, attempt);
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
