/** The longest that a timer waits. Milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Waits for what only a person brings about. Node ends a process that has nothing else to wait for, without a word and with 0,
 * as soon as nobody reads its terminal: in the background, for one.
 */
export async function awake<T>(awaited: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, LONGEST);
  try {
    return await awaited;
  } finally {
    clearInterval(timer);
  }
}
