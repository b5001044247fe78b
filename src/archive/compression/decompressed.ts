/** One interface over the compressions of WAL-E (lzo) and WAL-G (all of them). */
import { ByteQueue } from "./byte-queue.js";
import { Damaged } from "./damaged.js";
import { lzopBlocks, lzopFirstBytes } from "./lzop-unpacking.js";

export type Compression = "lzo" | "lz4" | "zstd" | "gzip" | "brotli" | "none";

/** Errors: Damaged, and whatever the source throws. Holds a few blocks at most, however much the file unpacks to. */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array, void, void> {
  if (compression === "none") {
    yield* source;
    return;
  }
  const packed = new ByteQueue(source);
  try {
    yield* unpackerOf(compression)(packed);
    await packed.requireEnd();
  } finally {
    await packed.close();
  }
}

type Unpacker = (packed: ByteQueue) => AsyncIterable<Uint8Array>;

function unpackerOf(compression: Exclude<Compression, "none">): Unpacker {
  if (compression === "lzo") return lzopBlocks;
  throw new Damaged("wrong", `it is packed with ${compression}`);
}

/**
 * The first `count` bytes of what a file holds of which only the first bytes are at hand, as a ranged GET gives them:
 * undefined where so few are not enough, and more of the file may help. Nothing that stands behind is proved by it. Throws
 * Damaged for what does not begin like a file of its compression.
 */
export function firstBytes(head: Uint8Array, compression: Compression, count: number): Uint8Array | undefined {
  try {
    const first = beginningOf(head, compression, count);
    return first.length < count ? undefined : first.subarray(0, count);
  } catch (error) {
    if (error instanceof Damaged && error.damage === "cut") return undefined;
    throw error;
  }
}

function beginningOf(head: Uint8Array, compression: Compression, count: number): Uint8Array {
  if (compression === "none") return head;
  if (compression === "lzo") return lzopFirstBytes(head, count);
  throw new Damaged("wrong", `it is packed with ${compression}`);
}
