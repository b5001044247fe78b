/**
 * A packed file may have many frames, as parallel packers make them, and many blocks: each costs about the same, however little
 * it holds.
 */
import { Damaged } from "./damaged.ts";

const MANY = 1000;
/** Bytes of content, on average: a block costs microseconds. */
const LEAST = 64;

export class FrameCount {
  readonly #least: number;
  #frames = 0;
  #content = 0;

  /** `least`: bytes that each holds on average. */
  constructor(least: number = LEAST) {
    this.#least = least;
  }

  /** A frame or a block begins. Throws Damaged. */
  begin(): void {
    this.#frames += 1;
    if (this.#frames > MANY && this.#content < this.#frames * this.#least)
      throw new Damaged("too-large", `it has more than ${MANY} frames or blocks with next to nothing in them`);
  }

  holds(bytes: number): void {
    this.#content += bytes;
  }
}
