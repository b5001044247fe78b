/** The rig never sleeps for a guessed time: it looks at a fact again and again, until the fact's own deadline. */
import { setTimeout as pause } from "node:timers/promises";

export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

/**
 * Calls `probe` until it gives something other than undefined or false, and returns that.
 * A probe that throws counts as "not yet"; its last error is named when the deadline passes.
 */
export async function until<T>(
  what: string,
  deadlineMs: number,
  probe: () => Promise<T | undefined | false>,
  everyMs = 200,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= end) {
      const why = last instanceof Error ? `: ${last.message}` : "";
      throw new DeadlinePassed(`waited ${deadlineMs / 1000} s for ${what}${why}`);
    }
    await pause(everyMs);
  }
}
