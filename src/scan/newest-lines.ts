/** Lines of which only the last of each key matters, such as uploads: there are thousands, and one is asked for. */
import type { NewestOfKey } from "../ports/log-files.js";

/** More keys than any foundation has instances, and longer lines than any that is meant: the rest is told one by one. */
const MOST_KEYS = 20_000;
const LONGEST = 4096;

export interface NewestLine {
  readonly key: string;
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
}

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

/** A place in the memory of all kept lines. */
interface Slot {
  readonly at: number;
  readonly room: number;
  length: number;
  byteOffset: number;
}

/** Lines of one key are much alike: most fit where the one before was. */
const SPARE = 16;
const FIRST_MEMORY = 64 * 1024;

export class NewestLines {
  readonly #firstNeedle: number;
  readonly #rules: readonly Rule[];
  readonly #lines = new Map<string, Slot>();
  #memory = Buffer.alloc(0);
  #used = 0;
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
    for (const [key, { start, stop, byteOffset }] of this.#fresh) {
      const length = stop - start;
      const known = this.#lines.get(key);
      const slot = known !== undefined && known.room >= length ? known : this.#slot(length + SPARE);
      text.copy(this.#memory, slot.at, start, stop);
      slot.length = length;
      slot.byteOffset = byteOffset;
      if (slot !== known) this.#lines.set(key, slot);
    }
    this.#fresh.clear();
  }

  *entries(): Generator<NewestLine> {
    for (const [key, { at, length, byteOffset }] of this.#lines)
      yield { key, byteOffset, bytes: this.#memory.subarray(at, at + length) };
  }

  #slot(room: number): Slot {
    if (this.#used + room > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_MEMORY, 2 * this.#memory.length));
      this.#memory.copy(larger, 0, 0, this.#used);
      this.#memory = larger;
    }
    const slot = { at: this.#used, room, length: 0, byteOffset: 0 };
    this.#used += room;
    return slot;
  }
}
