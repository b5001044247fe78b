/**
 * Walks a tar archive as its bytes pass by, and adds up the sizes of its files: their sum over all parts is what a sentinel of
 * WAL-E calls `expanded_size_bytes`, and the only trace of a part that is missing at the end (wal-archives.md §0.5).
 */
import { Damaged } from "../compression/damaged.js";
import { tarHeader } from "./tar-header.js";

const RECORD = 512;

export class TarMembers {
  readonly #header = new Uint8Array(RECORD);
  /** Bytes of the header at hand. */
  #filled = 0;
  /** Of a member's content and padding: still to pass by. */
  #left = 0;
  #bytes = 0;
  #ended = false;

  /** Throws Damaged for bytes that are no tar archive. */
  take(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.#ended; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, piece.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const part = piece.subarray(at, at + RECORD - this.#filled);
      this.#header.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === RECORD) this.#member();
    }
  }

  /** Bytes of all files. Throws Damaged where the archive is not whole. */
  end(): number {
    if (!this.#ended && (this.#left > 0 || this.#filled > 0)) throw new Damaged("cut", "its tar archive is cut");
    return this.#bytes;
  }

  #member(): void {
    this.#filled = 0;
    const header = tarHeader(this.#header);
    // What follows the first empty record is padding.
    if (header === undefined) {
      this.#ended = true;
      return;
    }
    if (header.isFile) this.#bytes += header.size;
    this.#left = Math.ceil(header.size / RECORD) * RECORD;
  }
}
