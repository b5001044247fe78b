/**
 * Reads an lzop file of any size from its front, a block at a time and in bounded memory. A block that is passed over is not
 * unpacked. Throws Damaged if the file is wrong.
 */
import { ByteQueue } from "../../kit/byte-queue.ts";
import { Damaged } from "../../kit/damaged.ts";
import { FrameCount } from "../../kit/frame-count.ts";
import { bigEndian, blockContent, blockSizes, checksumBytes, LONGEST_HEADER, lzopHeader } from "./lzop.ts";

export interface LzopBlock {
  /** Bytes of the content. */
  readonly plain: number;
  /** Unpacks it, into `room` if that is given. */
  readonly content: (room?: Uint8Array) => Uint8Array;
}

/** If `room` is given, the packed bytes lie in it: then a block is good only until the next is asked for. */
export async function* lzopBlocks(packed: ByteQueue, room?: Uint8Array): AsyncGenerator<LzopBlock, void, void> {
  const { bytes, flags } = lzopHeader(await packed.peek(LONGEST_HEADER));
  await packed.take(bytes);
  const blocks = new FrameCount();
  for (;;) {
    const plain = bigEndian(await packed.take(4));
    if (plain === 0) return;
    const sizes = blockSizes(plain, bigEndian(await packed.take(4)));
    blocks.begin();
    blocks.holds(plain);
    const body = await packed.take(checksumBytes(flags, sizes) + sizes.packed, room);
    const sums = body.subarray(0, body.length - sizes.packed);
    yield { plain, content: (target) => blockContent(body.subarray(sums.length), { flags, sizes, sums }, target) };
  }
}

export class LzopStream {
  readonly #blocks: AsyncIterator<LzopBlock, void>;
  /** Of the block at hand: the bytes that were unpacked and not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(packed: AsyncIterable<Uint8Array>) {
    this.#blocks = lzopBlocks(new ByteQueue(packed));
  }

  /** Exactly the next `count` bytes of the content; undefined if it ends right here. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) {
        const block = await this.#next();
        if (block === undefined && left === count) return undefined;
        this.#rest = present(block).content();
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
      const { plain, content } = present(await this.#next());
      if (plain > left) this.#rest = content().subarray(left);
      left -= Math.min(left, plain);
    }
  }

  async #next(): Promise<LzopBlock | undefined> {
    const next = await this.#blocks.next();
    return next.done === true ? undefined : next.value;
  }
}

function present(block: LzopBlock | undefined): LzopBlock {
  if (block === undefined) throw new Damaged("cut", "it ends too early");
  return block;
}
