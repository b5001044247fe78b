/**
 * Which crash points a suite takes: each N-th of those that it has, by CRASH_STRIDE. Without it, all of them.
 * `CRASH_STRIDE=6` takes every sixth one, for a quick look; a release takes all.
 */
export const CRASH_STRIDE = Number(process.env["CRASH_STRIDE"] ?? 1);

/** Each N-th of these, the first included. */
export const sampled = <T>(all: readonly T[]): readonly T[] => all.filter((_, index) => index % CRASH_STRIDE === 0);

/** How many of `points` are tried at least, with that stride. */
export const strided = (points: number): number => Math.floor(points / CRASH_STRIDE);
