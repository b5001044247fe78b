/** Every needle by `indexOf`, every newline by a loop: the yardstick of the fast finder, used if that cannot run. */
import type { NewestOfKey, Wanted } from "../../ports/log-files.ts";
import { type Finder, LONGEST_KEPT, MOST_KEPT, type NewestLine, needlesOf, TEXT_SIZE } from "./finder.ts";

export class PlainFinder implements Finder {
  readonly text = Buffer.alloc(TEXT_SIZE);
  origin = 0;
  readonly #needles: readonly Buffer[];
  readonly #rule: NewestOfKey | undefined;
  readonly #kept = new Map<string, NewestLine>();
  #keptBytes = 0;

  constructor(wanted: Wanted) {
    this.#needles = needlesOf(wanted);
    this.#rule = wanted.newest;
  }

  find(from: number, end: number): number {
    for (let hit = this.#seek(from, end); hit >= 0; ) {
      const stop = this.lineEnd(hit, end);
      if (!this.#keep(this.lineStart(hit, from), stop)) return hit;
      hit = this.#seek(stop, end);
    }
    return -1;
  }

  get isFull(): boolean {
    return this.#keptBytes > MOST_KEPT / 2;
  }

  takeNewest(): readonly NewestLine[] {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    this.#keptBytes = 0;
    return kept;
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

  #seek(from: number, end: number): number {
    const region = this.text.subarray(from, end);
    const places = this.#needles.map((needle) => region.indexOf(needle)).filter((at) => at >= 0);
    return places.length === 0 ? -1 : from + Math.min(...places);
  }

  #keep(start: number, stop: number): boolean {
    const line = this.text.subarray(start, stop);
    const key = this.#keyOf(line);
    if (key === undefined || this.#keptBytes + line.length > MOST_KEPT) return false;
    this.#keptBytes += line.length - (this.#kept.get(key)?.bytes.length ?? 0);
    this.#kept.set(key, { key, byteOffset: this.origin + start, bytes: Uint8Array.from(line), cut: false });
    return true;
  }

  /** Undefined for a line that is found as any other. */
  #keyOf(line: Buffer): string | undefined {
    if (this.#rule === undefined || line.length > LONGEST_KEPT) return undefined;
    const { before, length, ending } = this.#rule;
    if (this.#needles.slice(0, -1).some((needle) => line.includes(needle))) return undefined;
    const at = line.indexOf(before);
    if (at < length) return undefined;
    return line.toString("latin1", at - length, at) + line.toString("latin1", Math.max(at, line.length - ending));
  }
}
