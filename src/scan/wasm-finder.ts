/**
 * The fast finder: grams of the needles in a table, and a look at every n-th byte of the text (kernel.wat says how its
 * memory is laid out). Its cost hardly grows with the number of needles; the shortest needle sets the stride.
 */
import { checkNeedles, type Finder, TEXT_SIZE } from "./finder.js";
import { KERNEL_BASE64 } from "./kernel-bytes.js";

const HEADS = 16384;
const GRAMS = 49152;
const MOST_GRAMS = 4095;
const NEEDLES = 114688;
const NEEDLE_BYTES = 147456;
const TEXT = 196608;
/** Longer grams are rarer, and shorten the stride where needles are short: four bytes were the fastest. */
const WIDEST_GRAM = 4;
const GOLDEN = 0x9e3779b1;
const HASH_SHIFT = 18;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly needle: { readonly value: unknown };
  find(from: number, end: number, stride: number, mask: number): number;
  newlines(from: number, end: number): number;
  lineStart(at: number, from: number): number;
  lineEnd(at: number, end: number): number;
}

export class WasmFinder implements Finder {
  readonly text: Buffer;
  readonly #kernel: Kernel;
  readonly #stride: number;
  readonly #mask: number;

  /** Throws where WebAssembly with SIMD does not run, and for more needles than fit. */
  constructor(needles: readonly string[]) {
    const encoded = needles.map((needle) => Buffer.from(needle));
    checkNeedles(encoded);
    const shortest = Math.min(...encoded.map((needle) => needle.length));
    const gram = Math.min(WIDEST_GRAM, Math.max(2, Math.floor(shortest / 2)));
    this.#stride = Math.min(shortest - gram + 1, Math.floor(MOST_GRAMS / encoded.length));
    this.#mask = 0xffffffff >>> (32 - 8 * gram);
    this.#kernel = instantiate();
    const tables = new Tables(this.#kernel.memory.buffer);
    for (const needle of encoded) tables.learn(needle, this.#stride, this.#mask);
    this.text = Buffer.from(this.#kernel.memory.buffer, TEXT, TEXT_SIZE);
  }

  get needle(): number {
    return Number(this.#kernel.needle.value);
  }

  find(from: number, end: number): number {
    const at = this.#kernel.find(TEXT + from, TEXT + end, this.#stride, this.#mask);
    return at < 0 ? -1 : at - TEXT;
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

/** The types of Node 20 do not say what its `WebAssembly` has. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

function instantiate(): Kernel {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  return new Instance(new Module(Buffer.from(KERNEL_BASE64, "base64"))).exports as Kernel;
}

class Tables {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #grams = 0;
  #needles = 0;
  #next = NEEDLE_BYTES;

  constructor(memory: ArrayBuffer) {
    this.#view = new DataView(memory);
    this.#bytes = new Uint8Array(memory);
  }

  learn(needle: Buffer, stride: number, mask: number): void {
    if (stride < 1 || this.#next + needle.length > TEXT) throw new RangeError("there are more needles than fit");
    this.#bytes.set(needle, this.#next);
    this.#view.setUint32(NEEDLES + this.#needles * 8, this.#next, true);
    this.#view.setUint32(NEEDLES + this.#needles * 8 + 4, needle.length, true);
    for (let place = 0; place < stride; place += 1) this.#addGram(place, mask);
    this.#next += needle.length;
    this.#needles += 1;
  }

  /** The newest gram of a hash stands first in its chain. */
  #addGram(place: number, mask: number): void {
    const gram = this.#view.getInt32(this.#next + place, true) & mask;
    const hash = Math.imul(gram, GOLDEN) >>> HASH_SHIFT;
    const head = HEADS + hash * 2;
    const entry = GRAMS + this.#grams * 16;
    this.#view.setInt32(entry, gram, true);
    this.#view.setUint16(entry + 4, this.#needles, true);
    this.#view.setUint16(entry + 6, place, true);
    this.#view.setUint16(entry + 8, this.#view.getUint16(head, true), true);
    this.#grams += 1;
    this.#view.setUint16(head, this.#grams, true);
    this.#bytes[hash] = 1;
  }
}
