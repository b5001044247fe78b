/**
 * Ends with what the work throws, or with what anything beside it throws that nobody catches: a timer or a server of the box
 * has nobody above it, and what it threw would end the process with a bare stack. After an error the process is about to end,
 * and what is thrown until then only follows from the first.
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
