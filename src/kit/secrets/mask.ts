/** Stands in the place of a secret (law 10). */
export const MASK = "********";

/** Whether a mask stands anywhere in a JSON value, keys included. */
export function isMasked(value: unknown): boolean {
  return JSON.stringify([value]).includes(MASK);
}
