/**
 * How many requests are under way at once: more while the store keeps up, half as many each time it asks to slow down,
 * then again more, slowly (AIMD, as TCP does). One for all calls of a connection: the store counts them together.
 */
const FIRST = 32;
const MOST = 256;

export class Pace {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #underWay = 0;
  #throttled = false;
  #served = 0;
  /** Requests begun before the last cut say nothing about the number after it. */
  #flight = 0;

  constructor(first = FIRST, most = MOST) {
    this.#limit = first;
    this.#most = most;
  }

  /** Requests that ended well. */
  get served(): number {
    return this.#served;
  }

  /** Requests that may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Waits for its turn; `isThrottle` tells whether what was thrown is the store asking to slow down. */
  async run<T>(work: () => Promise<T>, isThrottle: (error: unknown) => boolean): Promise<T> {
    await this.#enter();
    const flight = this.#flight;
    try {
      const result = await work();
      this.#served += 1;
      this.#grow();
      return result;
    } catch (error) {
      if (flight === this.#flight && isThrottle(error)) this.#shrink();
      throw error;
    } finally {
      this.#underWay -= 1;
      this.#admit();
    }
  }

  async #enter(): Promise<void> {
    if (this.#underWay < this.limit && this.#waiting.length === 0) {
      this.#underWay += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #admit(): void {
    while (this.#underWay < this.limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#underWay += 1;
      next();
    }
  }

  /** Doubles with every round of answers until the first throttle, then adds one a round. */
  #grow(): void {
    this.#limit = Math.min(this.#most, this.#limit + (this.#throttled ? 1 / this.#limit : 1));
  }

  #shrink(): void {
    this.#throttled = true;
    this.#flight += 1;
    this.#limit = Math.max(1, this.#limit / 2);
  }
}
