/**
 * The fast finder: grams of the needles in a table, and a look at every n-th byte of the text (kernel.wat says how its
 * memory is laid out). Its cost hardly grows with the number of needles; the shortest needle sets the stride.
 */
import type { NewestOfKey, Wanted } from "../../ports/log-files.ts";
import { type Finder, MOST_KEPT, type NewestLine, needlesOf, TEXT_SIZE } from "./finder.ts";
import { KERNEL_BASE64 } from "./kernel-bytes.ts";

const HEADS = 65536;
const GRAMS = 98304;
const MOST_GRAMS = 4095;
const NEEDLES = 163840;
const NEEDLE_BYTES = 196608;
const TEXT = 245760;
/** The rule for kept lines, and the places in memory of the next record, the byte offset and the bytes of `before`. */
const RULE = 2473984;
const [NEXT_RECORD, ORIGIN, BEFORE] = [RULE + 20, RULE + 24, RULE + 32] as const;
const KEY_HEADS = 2478080;
const RECORDS = 2543616;
const RECORD_HEAD = 32;
/** Longer grams are rarer, and shorten the stride if needles are short: four bytes were the fastest. */
const WIDEST_GRAM = 4;
const GOLDEN = 0x9e3779b1;
const FILTER_SHIFT = 16;
const HASH_SHIFT = 18;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  find(from: number, end: number, stride: number, factor: number): number;
  newlines(from: number, end: number): number;
  lineStart(at: number, from: number): number;
  lineEnd(at: number, end: number): number;
}

export class WasmFinder implements Finder {
  readonly text: Buffer;
  readonly #kernel: Kernel;
  readonly #memory: Buffer;
  readonly #keyLength: number;
  readonly #stride: number;
  readonly #factor: number;

  /** Throws if WebAssembly with SIMD does not run, and for more needles than fit. */
  constructor(wanted: Wanted) {
    const needles = needlesOf(wanted);
    const shortest = Math.min(...needles.map((needle) => needle.length));
    const gram = Math.min(WIDEST_GRAM, Math.max(2, Math.floor(shortest / 2)));
    this.#stride = Math.min(shortest - gram + 1, Math.floor(MOST_GRAMS / needles.length));
    this.#factor = GOLDEN << (32 - 8 * gram);
    this.#kernel = instantiate();
    this.#memory = Buffer.from(this.#kernel.memory.buffer);
    this.text = this.#memory.subarray(TEXT, TEXT + TEXT_SIZE);
    const tables = new Tables(this.#memory);
    for (const needle of needles) {
      const first = rarestPlace(needle.toString("latin1"), { gram, stride: this.#stride, common: wanted.common });
      tables.learn(needle, { first, stride: this.#stride, factor: this.#factor });
    }
    tables.rule(wanted.needles.length, wanted.newest);
    this.#keyLength = wanted.newest?.length ?? 0;
  }

  set origin(byteOffset: number) {
    this.#memory.writeDoubleLE(byteOffset - TEXT, ORIGIN);
  }

  get origin(): number {
    return this.#memory.readDoubleLE(ORIGIN) + TEXT;
  }

  find(from: number, end: number): number {
    const at = this.#kernel.find(TEXT + from, TEXT + end, this.#stride, this.#factor);
    return at < 0 ? -1 : at - TEXT;
  }

  get isFull(): boolean {
    return this.#memory.readInt32LE(NEXT_RECORD) - RECORDS > MOST_KEPT / 2;
  }

  takeNewest(): readonly NewestLine[] {
    // One copy, which the lines are pieces of.
    const records = this.#kernel.memory.buffer.slice(RECORDS, this.#memory.readInt32LE(NEXT_RECORD));
    this.#memory.fill(0, KEY_HEADS, RECORDS);
    this.#memory.writeInt32LE(RECORDS, NEXT_RECORD);
    return linesOf(records, this.#keyLength);
  }

  newlines(from: number, end: number): number {
    return this.#kernel.newlines(TEXT + from, TEXT + end);
  }

  lineStart(at: number, from: number): number {
    return this.#kernel.lineStart(TEXT + at, TEXT + from) - TEXT;
  }

  lineEnd(at: number, end: number): number {
    return this.#kernel.lineEnd(TEXT + at, TEXT + end) - TEXT;
  }
}

/** The types of Node lack its `WebAssembly`. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

function instantiate(): Kernel {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  return new Instance(new Module(Buffer.from(KERNEL_BASE64, "base64"))).exports as Kernel;
}

/** Records as the kernel wrote them, which begin at multiples of 16. */
function linesOf(records: ArrayBuffer, keyLength: number): readonly NewestLine[] {
  const lines: NewestLine[] = [];
  const words = new Int32Array(records);
  const offsets = new Float64Array(records);
  const memory = Buffer.from(records);
  // A piece of one long text would keep all of it.
  const latin1 = (from: number, to: number): string => memory.toString("latin1", from, to);
  for (let at = 0; at < memory.length; ) {
    const word = at >> 2;
    const begin = at + RECORD_HEAD;
    const end = begin + (words[word + 2] ?? 0);
    const key = begin + (words[word + 3] ?? 0);
    // Another record took the place of one without length.
    if (end > begin)
      lines.push({
        key: latin1(key, key + keyLength) + latin1(end - (words[word + 4] ?? 0), end),
        byteOffset: offsets[(at + 24) >> 3] ?? 0,
        bytes: new Uint8Array(records, begin, end - begin),
        cut: false,
      });
    at = begin + (words[word + 1] ?? 0);
  }
  return lines;
}

interface Pieces {
  /** How long each is, and how many follow one another. */
  readonly gram: number;
  readonly stride: number;
  readonly common?: string | undefined;
}

/** From where on a needle's grams are the least common: each of these in the text costs as much as fifty looks. */
function rarestPlace(needle: string, { gram, stride, common = "" }: Pieces): number {
  const last = needle.length - gram - stride + 1;
  const counts = Array.from(
    { length: needle.length - gram + 1 },
    (_each, place) => common.split(needle.slice(place, place + gram)).length - 1,
  );
  let [best, fewest] = [0, Number.POSITIVE_INFINITY];
  for (let first = 0; first <= last && fewest > 0; first += 1) {
    const sum = counts.slice(first, first + stride).reduce((all, count) => all + count, 0);
    if (sum < fewest) [best, fewest] = [first, sum];
  }
  return best;
}

/** Written by a view: `Buffer`'s own methods are slow when they are called a few thousand times only. */
class Tables {
  readonly #memory: Buffer;
  readonly #view: DataView;
  #grams = 0;
  #needles = 0;
  #next = NEEDLE_BYTES;

  constructor(memory: Buffer) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
  }

  learn(needle: Buffer, { first, stride, factor }: Record<"first" | "stride" | "factor", number>): void {
    if (stride < 1 || this.#next + needle.length > TEXT) throw new RangeError("there are more needles than fit");
    this.#memory.set(needle, this.#next);
    this.#view.setUint32(NEEDLES + this.#needles * 8, this.#next, true);
    this.#view.setUint32(NEEDLES + this.#needles * 8 + 4, needle.length, true);
    for (let place = first; place < first + stride; place += 1) this.#addGram(place, factor);
    this.#next += needle.length;
    this.#needles += 1;
  }

  /** Needles from `first` on are the rule's. */
  rule(first: number, newest: NewestOfKey = { needle: "", before: "", length: 0, ending: 0 }): void {
    const before = Buffer.from(newest.before);
    // The kernel looks for two bytes of it at a time.
    if (before.length === 1 || BEFORE + before.length > KEY_HEADS) throw new RangeError("the rule does not fit");
    this.#memory.set(before, BEFORE);
    const fields = [first, BEFORE, before.length, newest.length, newest.ending, RECORDS];
    for (const [index, field] of fields.entries()) this.#view.setInt32(RULE + index * 4, field, true);
  }

  /** The newest gram of a hash stands first in its chain. */
  #addGram(place: number, factor: number): void {
    const product = Math.imul(this.#view.getInt32(this.#next + place, true), factor);
    const head = HEADS + (product >>> HASH_SHIFT) * 2;
    const entry = GRAMS + this.#grams * 16;
    this.#view.setInt32(entry, product, true);
    this.#view.setUint16(entry + 4, this.#needles, true);
    this.#view.setUint16(entry + 6, place, true);
    this.#view.setUint16(entry + 8, this.#view.getUint16(head, true), true);
    this.#grams += 1;
    this.#view.setUint16(head, this.#grams, true);
    this.#memory[product >>> FILTER_SHIFT] = 1;
  }
}
