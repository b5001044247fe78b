type Found<T extends readonly unknown[]> = { -readonly [P in keyof T]: Awaited<T[P]> };

/**
 * Waits for looks that do not depend on each other, and gives what each found. It ends when all of them have ended, so
 * that no call goes on unseen; of several errors it throws that of the first in the list. For reads alone: effects keep
 * their order.
 */
export async function together<T extends readonly unknown[] | []>(looks: T): Promise<Found<T>> {
  await Promise.allSettled(looks);
  // In the order of the list, for each has its outcome by now.
  const found: unknown[] = [];
  for (const look of looks) found.push(await look);
  return found as Found<T>;
}
