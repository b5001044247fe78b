/**
 * Waits for `work`, or for an abort of `signal`. After an abort `leave` rejects the wait, at once or later; `over` ends what
 * it still waits for when `work` was faster.
 */
export async function orAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  leave: (reject: (reason: unknown) => void, over: AbortSignal) => void,
): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const left = (): void => leave(reject, over.signal);
    if (signal.aborted) left();
    else signal.addEventListener("abort", left, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
