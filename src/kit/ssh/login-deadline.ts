/** How long a log-in may take, not counting the time in which a person is asked. Real milliseconds. */
export class LoginDeadline {
  #leftMs: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #expired: (() => void) | undefined;

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  start(expired: () => void): void {
    this.#expired = expired;
    this.#run();
  }

  /** Stands still while a person is asked. */
  async paused<T>(asking: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    if (this.#expired !== undefined) this.#leftMs -= performance.now() - this.#since;
    try {
      return await asking();
    } finally {
      this.#run();
    }
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#expired = undefined;
  }

  #run(): void {
    if (this.#expired === undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#expired, Math.max(this.#leftMs, 0));
  }
}
