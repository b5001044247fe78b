/** Lists that hold no rows, and make each when it is asked for: a million of them take little memory. */
import type { Rows } from "../../ports/object-store.ts";

export abstract class LazyRows<T> implements Rows<T> {
  abstract readonly length: number;

  /** Makes the row of a place that is there. */
  abstract row(index: number): T;

  at(index: number): T | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.row(place) : undefined;
  }

  *[Symbol.iterator](): Generator<T, void, void> {
    for (let at = 0; at < this.length; at += 1) yield this.row(at);
  }

  map<U>(make: (row: T, index: number) => U): U[] {
    return Array.from({ length: this.length }, (_, at) => make(this.row(at), at));
  }

  flatMap<U>(make: (row: T, index: number) => U | readonly U[]): U[] {
    const made: U[] = [];
    for (let at = 0; at < this.length; at += 1) {
      const some = make(this.row(at), at);
      if (isList(some)) for (const each of some) made.push(each);
      else made.push(some);
    }
    return made;
  }

  filter<S extends T>(keep: (row: T, index: number) => row is S): S[];
  filter(keep: (row: T, index: number) => boolean): T[];
  filter(keep: (row: T, index: number) => boolean): T[] {
    const kept: T[] = [];
    for (let at = 0; at < this.length; at += 1) {
      const row = this.row(at);
      if (keep(row, at)) kept.push(row);
    }
    return kept;
  }

  find(is: (row: T, index: number) => boolean): T | undefined {
    for (let at = 0; at < this.length; at += 1) {
      const row = this.row(at);
      if (is(row, at)) return row;
    }
    return undefined;
  }

  findLast(is: (row: T, index: number) => boolean): T | undefined {
    for (let at = this.length - 1; at >= 0; at -= 1) {
      const row = this.row(at);
      if (is(row, at)) return row;
    }
    return undefined;
  }

  some(is: (row: T, index: number) => boolean): boolean {
    for (let at = 0; at < this.length; at += 1) if (is(this.row(at), at)) return true;
    return false;
  }

  every(is: (row: T, index: number) => boolean): boolean {
    return !this.some((row, at) => !is(row, at));
  }

  reduce<U>(add: (sum: U, row: T) => U, first: U): U {
    let sum = first;
    for (let at = 0; at < this.length; at += 1) sum = add(sum, this.row(at));
    return sum;
  }
}

const isList = <U>(made: U | readonly U[]): made is readonly U[] => Array.isArray(made);

/** The rows of several lists, one list after the other. */
export class JoinedRows<T> extends LazyRows<T> {
  readonly parts: readonly Rows<T>[];
  readonly length: number;
  /** Where each part ends. */
  readonly #ends: readonly number[];
  /** The part that was asked last: the next row is mostly there too. */
  #last = 0;

  constructor(lists: readonly Rows<T>[]) {
    super();
    this.parts = lists.flatMap((list) => (list instanceof JoinedRows ? (list as JoinedRows<T>).parts : [list]));
    let length = 0;
    this.#ends = this.parts.map((part) => (length += part.length));
    this.length = length;
  }

  row(index: number): T {
    return this.place(index, (part, at) => part.at(at)) as T;
  }

  /** Asks the part that has this row. */
  place<U>(index: number, ask: (part: Rows<T>, at: number) => U): U {
    if (!this.#isIn(this.#last, index)) this.#last = this.#find(index);
    return ask(this.parts[this.#last] ?? [], index - this.#begin(this.#last));
  }

  #begin(part: number): number {
    return this.#ends[part - 1] ?? 0;
  }

  #isIn(part: number, index: number): boolean {
    return index >= this.#begin(part) && index < (this.#ends[part] ?? 0);
  }

  #find(index: number): number {
    if (this.#isIn(this.#last + 1, index)) return this.#last + 1;
    let [low, high] = [0, this.parts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
