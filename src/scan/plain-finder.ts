/** Every needle by `indexOf`, every newline by a loop: what the fast finder is compared with, and used where it cannot run. */
import { checkNeedles, type Finder, TEXT_SIZE } from "./finder.js";

export class PlainFinder implements Finder {
  readonly text = Buffer.alloc(TEXT_SIZE);
  needle = -1;
  readonly #needles: readonly Buffer[];

  constructor(needles: readonly string[]) {
    this.#needles = needles.map((needle) => Buffer.from(needle));
    checkNeedles(this.#needles);
  }

  find(from: number, end: number): number {
    const region = this.text.subarray(from, end);
    let first = -1;
    for (const [index, needle] of this.#needles.entries()) {
      const at = region.indexOf(needle);
      if (at < 0 || (first >= 0 && at >= first)) continue;
      first = at;
      this.needle = index;
    }
    return first < 0 ? -1 : from + first;
  }

  newlines(from: number, end: number): number {
    let count = 0;
    for (let at = from; at < end; at += 1) if (this.text[at] === 10) count += 1;
    return count;
  }

  lineStart(at: number, from: number): number {
    return from + this.text.subarray(from, at).lastIndexOf(10) + 1;
  }

  lineEnd(at: number, end: number): number {
    const newline = this.text.subarray(at, end).indexOf(10);
    return newline < 0 ? end : at + newline;
  }
}
