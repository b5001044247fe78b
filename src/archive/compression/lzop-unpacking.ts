/** Unpacks an lzop file from front to end, a block at a time. */
import type { ByteQueue } from "./byte-queue.ts";
import { Damaged } from "./damaged.ts";
import {
  bigEndian,
  blockContent,
  blockSizes,
  checksumBytes,
  LARGEST_BLOCK,
  lzopHeader,
  LONGEST_HEADER,
  type LzopHeader,
} from "./lzop.ts";
import { unpackLzo1x } from "./lzo1x.ts";

/** With `lends`, each block is good only until the next is asked for: no memory is taken for each anew. */
export async function* lzopBlocks(packed: ByteQueue, lends: boolean): AsyncGenerator<Uint8Array, void, void> {
  const room = lends
    ? { packed: new Uint8Array(LARGEST_BLOCK + SUMS), plain: new Uint8Array(LARGEST_BLOCK) }
    : undefined;
  const { bytes, flags } = lzopHeader(await packed.peek(LONGEST_HEADER));
  await packed.take(bytes);
  for (;;) {
    const plain = bigEndian(await packed.take(4));
    if (plain === 0) return;
    const sizes = blockSizes(plain, bigEndian(await packed.take(4)));
    const body = await packed.take(checksumBytes(flags, sizes) + sizes.packed, room?.packed);
    const sums = body.subarray(0, body.length - sizes.packed);
    yield blockContent(body.subarray(sums.length), { flags, sizes, sums }, room?.plain);
  }
}

/** Four checksums at most stand before a block's data. */
const SUMS = 16;

/** As many of the first bytes as a file that is cut anywhere behind its first block's sizes holds; no checksum can be looked at. */
export function lzopFirstBytes(head: Uint8Array, most: number): Uint8Array {
  const { bytes, flags } = lzopHeader(head);
  return firstOfBlock(head.subarray(bytes), { flags, most });
}

function firstOfBlock(
  rest: Uint8Array,
  { flags, most }: Pick<LzopHeader, "flags"> & { readonly most: number },
): Uint8Array {
  if (rest.length < 8) return new Uint8Array(0);
  const plain = bigEndian(rest.subarray(0, 4));
  if (plain === 0) return new Uint8Array(0);
  const sizes = blockSizes(plain, bigEndian(rest.subarray(4, 8)));
  const from = 8 + checksumBytes(flags, sizes);
  const data = rest.subarray(from, from + sizes.packed);
  if (sizes.packed === plain) return data.subarray(0, most);
  const target = new Uint8Array(Math.min(most, plain));
  const { ended, written } = unpackLzo1x(data, target);
  if (ended === "wrong") throw new Damaged("wrong", "its first block does not unpack");
  return target.subarray(0, written);
}
