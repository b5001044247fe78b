/** Time: stamps, polls and deadlines. A rehearsal runs it faster; nothing else reads the time. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only go forward, even if the wall clock is set back. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
