/** Offsets of a text as line and column, both counted from 1. */
export class Lines {
  readonly #length: number;
  /** Offsets at which lines begin. */
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#length = text.length;
    this.#starts = [0, ...[...text.matchAll(/\n/gu)].map(({ index }) => index + 1)];
  }

  placeOf(offset: number): { line: number; column: number } {
    const within = Math.max(0, Math.min(offset, this.#length));
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= within) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: within - (this.#starts[low] ?? 0) + 1 };
  }
}
