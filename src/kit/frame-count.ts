/** A packed file may have many frames, as parallel packers make them; each costs about the same, however little it holds. */
const MANY = 1000;
/** Bytes of content, on average. */
const LEAST = 64;

export class TooManyFrames extends Error {
  override readonly message = `it has more than ${MANY} frames with next to nothing in them`;
}

export class FrameCount {
  #frames = 0;
  #content = 0;

  /** A frame begins. Throws `TooManyFrames`. */
  begin(): void {
    this.#frames += 1;
    if (this.#frames > MANY && this.#content < this.#frames * LEAST) throw new TooManyFrames();
  }

  holds(bytes: number): void {
    this.#content += bytes;
  }
}
