/**
 * The place of a segment in a picture of a given width. WAL is drawn to scale. Numbers that no timeline holds take at
 * most an eighth of the room for the others, so that a hole of billions of segments leaves the rest to be seen.
 */
import { joined, type Span } from "../names/spans.ts";

const WIDEST_HOLE = 1 / 8;

interface Stretch extends Span {
  /** In segments as they are drawn. */
  readonly from: number;
  readonly drawn: number;
}

export class Axis {
  readonly #stretches: readonly Stretch[];
  readonly #total: number;

  /** `spans`: the numbers to be seen, of all timelines. */
  constructor(spans: readonly Span[]) {
    const seen = joined([...spans].sort((a, b) => a.first - b.first));
    const present = seen.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const widest = Math.max(1, present * WIDEST_HOLE);
    const stretches: Stretch[] = [];
    let from = 0;
    seen.forEach(({ first, last }, index) => {
      const next = seen[index + 1]?.first;
      stretches.push({ first, last, from, drawn: last - first + 1 });
      from += last - first + 1;
      if (next === undefined) return;
      const drawn = Math.min(next - last - 1, widest);
      stretches.push({ first: last + 1, last: next - 1, from, drawn });
      from += drawn;
    });
    this.#stretches = stretches;
    this.#total = Math.max(from, 1);
  }

  /** From 0 to 1: where the segment begins; for the number behind the last one, 1. */
  at(number: number): number {
    const stretch = this.#stretches.findLast(({ first }) => first <= number);
    if (stretch === undefined) return 0;
    const { first, last, from, drawn } = stretch;
    const share = Math.min(1, (number - first) / (last - first + 1));
    return Math.min(1, (from + share * drawn) / this.#total);
  }
}
