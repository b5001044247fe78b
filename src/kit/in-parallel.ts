/**
 * Runs `work` over the items in order, at most `inFlight` at a time. The first error stops further items from being
 * begun; it is thrown only when all that were begun have ended, so that no call goes on unseen.
 */
export async function inParallel<T>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next] as T;
      next += 1;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
