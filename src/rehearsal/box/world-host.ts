/** Holds the one world of a box: lets time pass, applies events, writes every change down before it is answered. */
import { advance } from "../world/advance.ts";
import { type AnswerTo, apply, type WorldEvent } from "../world/apply.ts";
import type { World } from "../world/world.ts";
import { type BoxClock, shown, waitUntil } from "./clock.ts";

/** The world as the servers of a box see it. */
export type WorldHost = Pick<SavedWorld, "world" | "now" | "apply" | "until">;

/** Waits no longer than this at once, so that events of others are seen. Milliseconds of the box. */
const LONGEST_WAIT = 1_000;

export class SavedWorld {
  #world: World;
  readonly #clock: BoxClock;
  readonly #save: (event: WorldEvent) => void;

  /** `save` writes down the value of `stored`, and hears which event changed it. */
  constructor(world: World, clock: BoxClock, save: (event: WorldEvent) => void) {
    this.#world = world;
    this.#clock = clock;
    this.#save = save;
  }

  now(): number {
    return shown(this.#clock);
  }

  /** The world as it is now. */
  world(): World {
    this.#world = advance(this.#world, this.now());
    return this.#world;
  }

  apply<E extends WorldEvent>(event: E): AnswerTo<E["is"]> {
    const { world, answer } = apply(this.#world, event, this.now());
    this.#world = world;
    // Reading leaves a trace in the store's record only: it is saved with the next change.
    if (event.is !== "store-request") this.#save(event);
    return answer;
  }

  /** The value as it was last changed, without letting time pass. */
  get stored(): World {
    return this.#world;
  }

  /** Resolves when something holds; the world's own time brings it about. False when `timeoutMs` of it passed before. */
  async until(holds: (world: World) => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = this.now() + timeoutMs;
    for (;;) {
      const world = this.world();
      if (holds(world)) return true;
      if (this.now() >= deadline) return false;
      const next = Math.min(world.agenda[0]?.at ?? Infinity, this.now() + LONGEST_WAIT, deadline);
      await waitUntil(this.#clock, next);
    }
  }
}
