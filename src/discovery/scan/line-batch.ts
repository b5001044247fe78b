/** Found lines, copied out of the scanner's memory and packed: threads send them, and they wait for their turn. */
import type { LineSink, NumberedLine } from "./line-scanner.ts";

export interface LineBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Five numbers for each line: its number, its byte offset, where its bytes are from and to, and 1 if it was cut. */
  readonly places: Float64Array<ArrayBuffer>;
}

const FIELDS = 5;
const SIZE = 128 * 1024;

/** Hands a batch on whenever one is full, and the rest with `flush`. */
export class Batches implements LineSink {
  readonly #send: (batch: LineBatch) => void;
  readonly kept: LineSink["kept"];
  #bytes = Buffer.allocUnsafeSlow(SIZE);
  #used = 0;
  #places: number[] = [];

  constructor(send: (batch: LineBatch) => void, kept: LineSink["kept"]) {
    this.#send = send;
    this.kept = kept;
  }

  found({ line, byteOffset, bytes, cut }: NumberedLine): void {
    if (this.#used + bytes.length > this.#bytes.length) this.flush(Math.max(SIZE, bytes.length));
    this.#bytes.set(bytes, this.#used);
    this.#places.push(line, byteOffset, this.#used, this.#used + bytes.length, cut ? 1 : 0);
    this.#used += bytes.length;
  }

  flush(nextSize = SIZE): void {
    if (this.#places.length > 0) {
      // A copy of the used part: the memory that is sent may be much larger.
      const bytes = new Uint8Array(this.#used);
      bytes.set(this.#bytes.subarray(0, this.#used));
      this.#send({ bytes, places: Float64Array.from(this.#places) });
    }
    if (nextSize !== this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(nextSize);
    this.#used = 0;
    this.#places = [];
  }
}

export function* linesOf({ bytes, places }: LineBatch): Generator<NumberedLine> {
  for (let at = 0; at < places.length; at += FIELDS) {
    const [line = 0, byteOffset = 0, from = 0, to = 0, cut = 0] = places.subarray(at, at + FIELDS);
    yield { line, byteOffset, bytes: bytes.subarray(from, to), cut: cut === 1 };
  }
}
