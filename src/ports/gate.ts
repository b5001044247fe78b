/**
 * Where long work stands still while somebody has paused it: between two items (an object, a piece of one, a step), never
 * within one. What is under way ends.
 */
import type { Clock } from "./clock.js";

export interface Gate {
  /**
   * Resolves at once where nothing is paused, else when the work goes on: true then, as the world may be another one.
   * Errors: the signal's reason, also while it is waited.
   */
  pass(signal?: AbortSignal): Promise<boolean>;
  /** Tells `heard` how it stands, at once and at each turn, until what is returned is called: for what other threads do. */
  watch(heard: (isShut: boolean) => void): () => void;
  /** The work's own: its monotonic time stands still with it, so that no limit and no rate counts the pause. */
  readonly clock: Clock;
}
