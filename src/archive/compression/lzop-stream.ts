/**
 * Reads an lzop file of any size from its front, a piece at a time and in bounded memory: blocks that are passed over
 * are not unpacked. Throws Damaged if the file is wrong.
 */
import { Damaged } from "./damaged.ts";
import { bigEndian, blockContent, blockSizes, checksumBytes, LONGEST_HEADER, lzopHeader } from "./lzop.ts";

/** Bytes of a file: those from `from` up to `to`, which is within the file. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

export interface PackedFile {
  readonly size: number;
  readonly read: ReadBytes;
  /** Bytes that are fetched at a time. */
  readonly piece: number;
}

interface Block {
  readonly plain: number;
  readonly content: () => Uint8Array;
}

export class LzopStream {
  readonly #file: Pieces;
  #flags: number | undefined;
  /** Of the block at hand: the bytes that were unpacked and not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: PackedFile) {
    this.#file = new Pieces(file);
  }

  /** Exactly the next `count` bytes of the content; undefined if it ends right here. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#unpackNext())) {
        if (left === count) return undefined;
        throw new Damaged("cut", "it ends too early");
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async skip(count: number): Promise<void> {
    const here = Math.min(count, this.#rest.length);
    this.#rest = this.#rest.subarray(here);
    for (let left = count - here; left > 0; ) {
      const block = await this.#next();
      if (block === undefined) throw new Damaged("cut", "it ends too early");
      if (block.plain > left) this.#rest = block.content().subarray(left);
      left -= Math.min(left, block.plain);
    }
  }

  async #unpackNext(): Promise<boolean> {
    const block = await this.#next();
    if (block !== undefined) this.#rest = block.content();
    return block !== undefined;
  }

  async #next(): Promise<Block | undefined> {
    this.#flags ??= await this.#header();
    const flags = this.#flags;
    const plain = bigEndian(await this.#file.take(4));
    if (plain === 0) return undefined;
    const sizes = blockSizes(plain, bigEndian(await this.#file.take(4)));
    const sums = await this.#file.take(checksumBytes(flags, sizes));
    const data = await this.#file.take(sizes.packed);
    return { plain, content: () => blockContent(data, { flags, sizes, sums }) };
  }

  async #header(): Promise<number> {
    const { bytes, flags } = lzopHeader(await this.#file.peek(LONGEST_HEADER));
    await this.#file.take(bytes);
    return flags;
  }
}

/** A file that is fetched in pieces, each once. */
class Pieces {
  readonly #file: PackedFile;
  /** Where the next piece begins. */
  #at = 0;
  #held: Uint8Array = new Uint8Array(0);

  constructor(file: PackedFile) {
    this.#file = file;
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = await this.peek(count);
    if (taken.length < count) throw new Damaged("cut", "it is cut");
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Fewer than `count` bytes only at the end. */
  async peek(count: number): Promise<Uint8Array> {
    const { size, read, piece } = this.#file;
    while (this.#held.length < count && this.#at < size) {
      const to = Math.min(size, this.#at + Math.max(piece, count - this.#held.length));
      const more = await read(this.#at, to);
      if (more.length !== to - this.#at) throw new Damaged("cut", "it is cut");
      this.#held = Buffer.concat([this.#held, more]);
      this.#at = to;
    }
    return this.#held.subarray(0, count);
  }
}
