/** One pause of long work after the other, for whoever reads the key: shut, opened, and how long the work stood still. */
import { awake } from "../awake.js";
import type { Clock } from "../ports/clock.js";
import type { Gate } from "../ports/gate.js";

interface Shut {
  readonly since: Date;
  readonly sinceMs: number;
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export class Pause implements Gate {
  readonly clock: Clock;
  readonly #outer: Clock;
  readonly #watching = new Set<(isShut: boolean) => void>();
  #shut: Shut | undefined;
  /** Of the pauses that are over. */
  #stoodMs = 0;

  constructor(clock: Clock) {
    this.#outer = clock;
    this.clock = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs() - this.stoodMs(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
  }

  /** Undefined while the work goes on. */
  get since(): Date | undefined {
    return this.#shut?.since;
  }

  /** Milliseconds that the work has stood still, this pause included. */
  stoodMs(): number {
    return this.#stoodMs + this.lastsMs();
  }

  /** Milliseconds of this pause. */
  lastsMs(): number {
    return this.#shut === undefined ? 0 : this.#outer.monotonicMs() - this.#shut.sinceMs;
  }

  toggle(): void {
    if (this.#shut !== undefined) return this.#goOn(this.#shut);
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#shut = { since: this.#outer.now(), sinceMs: this.#outer.monotonicMs(), opened, open };
    for (const heard of this.#watching) heard(true);
  }

  watch(heard: (isShut: boolean) => void): () => void {
    this.#watching.add(heard);
    heard(this.#shut !== undefined);
    return () => void this.#watching.delete(heard);
  }

  async pass(signal?: AbortSignal): Promise<boolean> {
    const stood = this.#shut !== undefined;
    // It may be shut again before whoever waits comes to go on.
    while (this.#shut !== undefined) await awake(orAborted(this.#shut.opened, signal));
    return stood;
  }

  #goOn({ open }: Shut): void {
    this.#stoodMs = this.stoodMs();
    this.#shut = undefined;
    open();
    for (const heard of this.#watching) heard(false);
  }
}

async function orAborted(opened: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return opened;
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([opened, aborted]);
  } finally {
    over.abort();
  }
}
