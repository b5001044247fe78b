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

/** Where a line's key stands: two pieces of the text. */
interface KeyPlace {
  readonly from: number;
  readonly to: number;
  readonly endFrom: number;
  readonly end: number;
}

/** A key, and a place in the memory of all kept lines. */
interface Slot {
  readonly key: Uint8Array;
  /** Another key of the same hash. */
  readonly next: Slot | undefined;
  at: number;
  room: number;
  length: number;
  byteOffset: number;
  /** Its newest line, while that stands in the text that is searched now. */
  fresh: Stretch | undefined;
}

/** Lines of one key are much alike: most fit where the one before was. */
const SPARE = 16;
const FIRST_MEMORY = 64 * 1024;
/** Of FNV-1a. */
const [BASIS, PRIME] = [0x811c9dc5, 0x01000193] as const;

export class NewestLines {
  readonly #firstNeedle: number;
  readonly #rules: readonly Rule[];
  /** By the hash of the key: most lines come upon a known one, and make nothing that has to be collected. */
  readonly #slots = new Map<number, Slot>();
  #keys = 0;
  #memory = Buffer.alloc(0);
  #used = 0;
  readonly #freshSlots: Slot[] = [];

  /** The rules' needles come after `firstNeedle` others. */
  constructor(rules: readonly NewestOfKey[], firstNeedle: number) {
    this.#firstNeedle = firstNeedle;
    this.#rules = rules.map(({ before, length, ending }) => ({ before: Buffer.from(before), length, ending }));
  }

  owns(needle: number): boolean {
    return needle >= this.#firstNeedle;
  }

  /** False where the line has no key, or cannot be kept. */
  note(text: Uint8Array, line: Stretch): boolean {
    if (line.stop - line.start > LONGEST) return false;
    const place = this.#keyOf(text, line);
    const slot = place === undefined ? undefined : this.#slotOf(text, place);
    if (slot === undefined) return false;
    if (slot.fresh === undefined) this.#freshSlots.push(slot);
    slot.fresh = line;
    return true;
  }

  /** Copies what was noted: the text changes after this. */
  keep(text: Uint8Array): void {
    for (const slot of this.#freshSlots) {
      const { start = 0, stop = 0, byteOffset = 0 } = slot.fresh ?? {};
      slot.length = stop - start;
      slot.byteOffset = byteOffset;
      slot.fresh = undefined;
      if (slot.room < slot.length) this.#move(slot, slot.length + SPARE);
      this.#copy(text, start, slot);
    }
    this.#freshSlots.length = 0;
  }

  *entries(): Generator<NewestLine> {
    for (const first of this.#slots.values())
      for (let slot: Slot | undefined = first; slot !== undefined; slot = slot.next) {
        const { key, at, length, byteOffset } = slot;
        yield { key: Buffer.from(key).toString("latin1"), byteOffset, bytes: this.#memory.subarray(at, at + length) };
      }
  }

  #keyOf(text: Uint8Array, { start, stop }: Stretch): KeyPlace | undefined {
    for (const { before, length, ending } of this.#rules) {
      const at = indexIn(text, before, { from: start, to: stop });
      if (at >= start + length) return { from: at - length, to: at, endFrom: Math.max(at, stop - ending), end: stop };
    }
    return undefined;
  }

  /** Undefined where there are too many. */
  #slotOf(text: Uint8Array, place: KeyPlace): Slot | undefined {
    const hash = hashOf(text, place);
    const first = this.#slots.get(hash);
    for (let slot = first; slot !== undefined; slot = slot.next) if (isKey(slot.key, text, place)) return slot;
    if (this.#keys >= MOST_KEYS) return undefined;
    this.#keys += 1;
    const { from, to, endFrom, end } = place;
    const key = Buffer.concat([text.subarray(from, to), text.subarray(endFrom, end)]);
    const slot: Slot = { key, next: first, at: 0, room: 0, length: 0, byteOffset: 0, fresh: undefined };
    this.#slots.set(hash, slot);
    return slot;
  }

  #copy(text: Uint8Array, from: number, { at, length }: Slot): void {
    const memory = this.#memory;
    for (let index = 0; index < length; index += 1) memory[at + index] = text[from + index] ?? 0;
  }

  #move(slot: Slot, room: number): void {
    if (this.#used + room > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_MEMORY, 2 * this.#memory.length));
      this.#memory.copy(larger, 0, 0, this.#used);
      this.#memory = larger;
    }
    slot.at = this.#used;
    slot.room = room;
    this.#used += room;
  }
}

/** By hand, as what follows: what `Buffer` has is outside the engine, and to ask it takes longer than such a line. */
function indexIn(text: Uint8Array, wanted: Uint8Array, { from, to }: { from: number; to: number }): number {
  const first = wanted[0];
  for (let at = from; at <= to - wanted.length; at += 1) {
    if (text[at] !== first) continue;
    let same = 1;
    while (same < wanted.length && text[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

function hashOf(text: Uint8Array, { from, to, endFrom, end }: KeyPlace): number {
  let hash: number = BASIS;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (text[at] ?? 0), PRIME);
  for (let at = endFrom; at < end; at += 1) hash = Math.imul(hash ^ (text[at] ?? 0), PRIME);
  return hash;
}

function isKey(key: Uint8Array, text: Uint8Array, { from, to, endFrom, end }: KeyPlace): boolean {
  const length = to - from;
  if (key.length !== length + end - endFrom) return false;
  for (let at = 0; at < length; at += 1) if (key[at] !== text[from + at]) return false;
  for (let at = length; at < key.length; at += 1) if (key[at] !== text[endFrom + at - length]) return false;
  return true;
}
