/** In which order a file holds its lines: exports of Loki, Splunk and Kibana begin with the newest. */
import type { Fact } from "./fact.ts";

/** So many steps back in time are no clock that was set back. */
const SURE = 3;

export class LineOrder {
  #last: number | undefined;
  #up = 0;
  #down = 0;

  /** Milliseconds since 1970 of lines as they follow one another. */
  note(ms: number): void {
    const before = this.#last ?? ms;
    if (ms > before) this.#up += 1;
    if (ms < before) this.#down += 1;
    this.#last = ms;
  }

  get isNewestFirst(): boolean {
    return this.#down >= SURE && this.#down > 2 * this.#up;
  }

  /** Oldest first, as far as the file's order tells: lines of one second have no other. */
  arranged(facts: readonly Fact[]): readonly Fact[] {
    const ordered = facts.toSorted((a, b) => offsetOf(a) - offsetOf(b));
    if (this.isUnsorted) return ordered.map((fact) => ({ ...fact, unsorted: true }));
    return this.isNewestFirst ? ordered.toReversed().map((fact) => ({ ...fact, newestFirst: true })) : ordered;
  }

  /** In no order of time, as lines that were shuffled or sorted by something else: only their times tell the order. */
  get isUnsorted(): boolean {
    return this.#down >= SURE && !this.isNewestFirst && 3 * this.#down > this.#up;
  }
}

export const offsetOf = ({ place }: Fact): number => ("byteOffset" in place ? place.byteOffset : 0);

/** Whether its line was written before the other's, as far as one file tells by its order. */
export function standsBefore(one: Fact, other: Fact): boolean {
  const [own, its] = [one.place, other.place];
  if (!("byteOffset" in own) || !("byteOffset" in its) || own.file !== its.file || one.unsorted === true) return false;
  return one.newestFirst === true ? own.byteOffset > its.byteOffset : own.byteOffset < its.byteOffset;
}
