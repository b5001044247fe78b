/**
 * Rejects with the first error of the work, or of a timer or a server beside it that nobody catches. Without this, such
 * an error would end the process with a bare stack. Later errors only follow from the first.
 */
export async function orUncaught<T>(work: () => Promise<T>): Promise<T> {
  let onThrown: (thrown: unknown) => void = () => undefined;
  const uncaught = new Promise<never>((_resolve, reject) => {
    onThrown = reject;
  });
  process.on("uncaughtException", onThrown);
  const ended = await Promise.race([work(), uncaught]);
  process.off("uncaughtException", onThrown);
  return ended;
}
