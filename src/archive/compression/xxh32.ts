/** xxHash, 32 bits, seed 0, over bytes that come in pieces (doc/xxhash_spec.md 0.1.1, "XXH32 Algorithm Description"). */
const PRIME1 = 0x9e3779b1;
const PRIME2 = 0x85ebca77;
const PRIME3 = 0xc2b2ae3d;
const PRIME4 = 0x27d4eb2f;
const PRIME5 = 0x165667b1;
const STRIPE = 16;

export function xxh32(bytes: Uint8Array): number {
  const hash = new Xxh32();
  hash.update(bytes);
  return hash.digest();
}

export class Xxh32 {
  readonly #lanes = Int32Array.of(PRIME1 + PRIME2, PRIME2, 0, -PRIME1);
  /** The beginning of a stripe that has not come whole. */
  readonly #open = Buffer.alloc(STRIPE);
  #opened = 0;
  #total = 0;

  update(bytes: Uint8Array): void {
    this.#total += bytes.length;
    let at = 0;
    if (this.#opened > 0) {
      at = Math.min(STRIPE - this.#opened, bytes.length);
      this.#open.set(bytes.subarray(0, at), this.#opened);
      this.#opened += at;
      if (this.#opened < STRIPE) return;
      this.#stripes(this.#open, 0);
      this.#opened = 0;
    }
    const rest = this.#stripes(bytes, at);
    this.#open.set(bytes.subarray(rest));
    this.#opened = bytes.length - rest;
  }

  digest(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    const long = this.#total >= STRIPE;
    let sum = long ? rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18) : PRIME5;
    sum = (sum + this.#total) | 0;
    let at = 0;
    for (; at + 4 <= this.#opened; at += 4) {
      sum = Math.imul(rotated((sum + Math.imul(this.#open.readInt32LE(at), PRIME3)) | 0, 17), PRIME4);
    }
    for (; at < this.#opened; at += 1) {
      sum = Math.imul(rotated((sum + Math.imul(this.#open[at] ?? 0, PRIME5)) | 0, 11), PRIME1);
    }
    sum = Math.imul(sum ^ (sum >>> 15), PRIME2);
    sum = Math.imul(sum ^ (sum >>> 13), PRIME3);
    return (sum ^ (sum >>> 16)) >>> 0;
  }

  /** Gives where the last whole stripe ends. */
  #stripes(bytes: Uint8Array, from: number): number {
    const lanes = this.#lanes;
    let [a = 0, b = 0, c = 0, d = 0] = lanes;
    let at = from;
    for (; at + STRIPE <= bytes.length; at += STRIPE) {
      a = round(a, word(bytes, at));
      b = round(b, word(bytes, at + 4));
      c = round(c, word(bytes, at + 8));
      d = round(d, word(bytes, at + 12));
    }
    lanes.set([a, b, c, d]);
    return at;
  }
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const round = (lane: number, input: number): number =>
  Math.imul(rotated((lane + Math.imul(input, PRIME2)) | 0, 13), PRIME1);

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
