/** Lines of which only the last of each key matters, such as uploads: there are thousands, and one is asked for. */
import type { FoundLine, NewestOfKey } from "../ports/log-files.js";

/** More keys than any foundation has instances, and longer lines than any that is meant: the rest is told one by one. */
const MOST_KEYS = 20_000;
const LONGEST = 4096;

export interface Stretch {
  readonly start: number;
  readonly stop: number;
  readonly byteOffset: number;
}

interface Rule {
  readonly before: Buffer;
  readonly length: number;
  readonly ending: number;
}

export class NewestLines {
  readonly #firstNeedle: number;
  readonly #rules: readonly Rule[];
  readonly #lines = new Map<string, FoundLine>();
  /** Lines of the text that is searched now. */
  readonly #fresh = new Map<string, Stretch>();

  /** The rules' needles come after `firstNeedle` others. */
  constructor(rules: readonly NewestOfKey[], firstNeedle: number) {
    this.#firstNeedle = firstNeedle;
    this.#rules = rules.map(({ before, length, ending }) => ({ before: Buffer.from(before), length, ending }));
  }

  owns(needle: number): boolean {
    return needle >= this.#firstNeedle;
  }

  /** False where the line has no key, or cannot be kept. */
  note(text: Buffer, line: Stretch): boolean {
    const { start, stop } = line;
    if (stop - start > LONGEST || this.#lines.size + this.#fresh.size >= MOST_KEYS) return false;
    const bytes = text.subarray(start, stop);
    for (const { before, length, ending } of this.#rules) {
      const at = bytes.indexOf(before);
      if (at < length) continue;
      const end = bytes.toString("latin1", Math.max(at, bytes.length - ending));
      this.#fresh.set(bytes.toString("latin1", at - length, at) + end, line);
      return true;
    }
    return false;
  }

  /** Copies what was noted: the text changes after this. */
  keep(text: Buffer): void {
    for (const [key, { start, stop, byteOffset }] of this.#fresh)
      this.take(key, { byteOffset, bytes: Buffer.from(text.subarray(start, stop)), cut: false });
    this.#fresh.clear();
  }

  /** A later line of the same key. */
  take(key: string, line: FoundLine): void {
    this.#lines.set(key, line);
  }

  entries(): readonly (readonly [key: string, line: FoundLine])[] {
    return [...this.#lines];
  }
}
