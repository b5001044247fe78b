/** Runs of consecutive numbers. An archive may name segments that are billions apart, so nothing is counted one by one. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Gathers runs. Numbers may come in any order and repeatedly; those that come in ascending order take no memory. */
export class Runs {
  readonly #spans: { first: number; last: number }[] = [];

  add(number: number): void {
    const open = this.#spans.at(-1);
    if (open === undefined || number < open.first || number > open.last + 1)
      this.#spans.push({ first: number, last: number });
    else if (number > open.last) open.last = number;
  }

  /** In ascending order. */
  spans(): readonly Span[] {
    return joined([...this.#spans].sort((a, b) => a.first - b.first));
  }
}

/** The same runs, those that touch as one; given in ascending order. */
export function joined(ascending: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  for (const span of ascending) {
    const open = spans.at(-1);
    if (open !== undefined && span.first <= open.last + 1) {
      spans[spans.length - 1] = { first: open.first, last: Math.max(open.last, span.last) };
    } else spans.push(span);
  }
  return spans;
}

/** The numbers from `from` to `to`, both included, that lie in none of the spans. */
export function holesIn(spans: readonly Span[], from: number, to: number): readonly Span[] {
  const holes: Span[] = [];
  let next = from;
  for (const span of spans) {
    if (span.last < next) continue;
    if (span.first > to) break;
    if (span.first > next) holes.push({ first: next, last: span.first - 1 });
    next = span.last + 1;
  }
  if (next <= to) holes.push({ first: next, last: to });
  return holes;
}

/** The numbers in `spans` that lie in none of the others; both given in ascending order. */
export function without(spans: readonly Span[], others: readonly Span[]): readonly Span[] {
  const [from, to] = [spans[0]?.first ?? 0, spans.at(-1)?.last ?? -1];
  if (others.length === 0) return spans;
  const outside = [...holesIn(spans, from, to), ...others].sort((a, b) => a.first - b.first);
  return holesIn(joined(outside), from, to);
}

export function sizeOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.last - span.first + 1, 0);
}

/** The numbers themselves, at most `limit` of them. */
export function numbersIn(spans: readonly Span[], limit: number): readonly number[] {
  const numbers: number[] = [];
  for (const span of spans) {
    for (let number = span.first; number <= span.last; number += 1) {
      if (numbers.length >= limit) return numbers;
      numbers.push(number);
    }
  }
  return numbers;
}
