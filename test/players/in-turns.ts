/** At once: most of a trial is work, some of it is waiting for programs that were started. */
const AT_ONCE = 2;

export async function inTurns<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const left = [...all].reverse();
  const next = async (): Promise<void> => {
    for (let each = left.pop(); each !== undefined; each = left.pop()) await work(each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
