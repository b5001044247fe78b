/** One interface over the compressions of WAL-E (lzo) and WAL-G (all of them). */
import { ByteQueue } from "../../kit/byte-queue.ts";
import { Damaged } from "../../kit/damaged.ts";
import { lz4Blocks, lz4FirstBytes } from "./lz4.ts";
import { gunzipped, gunzippedHead, unbrotlied, unbrotliedHead, unzstded, unzstdedHead } from "./node-unpacking.ts";
import { startsLikeOpenPgp } from "./openpgp.ts";
import { bigEndian, blockSizes, checksumBytes, LARGEST_BLOCK, lzopHeader, type LzopHeader } from "./lzop.ts";
import { lzopBlocks } from "./lzop-stream.ts";
import { unpackLzo1x } from "./lzo1x.ts";

export type Compression = "lzo" | "lz4" | "zstd" | "gzip" | "brotli" | "none";

interface Unpacking {
  /** Each piece is good only until the next is asked for, which spares the memory of each. */
  readonly lends?: boolean;
}

/**
 * Throws Damaged, and every error of the source. Holds a few blocks at most, also when the file unpacks to much more.
 */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  { lends = false }: Unpacking = {},
): AsyncGenerator<Uint8Array, void, void> {
  if (compression === "none") {
    yield* source;
    return;
  }
  const packed = new ByteQueue(source);
  const head = Buffer.from(await packed.peek(ENCRYPTED_HEAD));
  try {
    yield* UNPACKERS[compression](packed, lends);
    await packed.requireEnd();
  } catch (error) {
    // Only if it does not unpack: anything may stand at the beginning of brotli's data.
    if (!(error instanceof Damaged) || !startsLikeOpenPgp(head)) throw error;
    throw new Damaged("encrypted", "it is encrypted with OpenPGP");
  } finally {
    await packed.close();
  }
}

/** So many bytes tell. */
const ENCRYPTED_HEAD = 16;

type Packed = Exclude<Compression, "none">;

const UNPACKERS: Readonly<Record<Packed, (packed: ByteQueue, lends: boolean) => AsyncIterable<Uint8Array>>> = {
  lzo: unlzopped,
  lz4: lz4Blocks,
  zstd: unzstded,
  gzip: gunzipped,
  brotli: unbrotlied,
};

/** Unpack the beginning of a file that may be cut anywhere; some give more than was asked for. */
const BEGINNINGS: Readonly<Record<Packed, (head: Uint8Array, most: number) => Uint8Array | Promise<Uint8Array>>> = {
  lzo: lzopFirstBytes,
  lz4: lz4FirstBytes,
  zstd: unzstdedHead,
  gzip: gunzippedHead,
  brotli: unbrotliedHead,
};

/**
 * The first `count` bytes of a file's content, when only the file's first bytes are at hand, as a ranged GET gives
 * them. Undefined if these are not enough, and more of the file may help. It proves nothing about the bytes behind. lzo
 * and lz4 give the beginning of a block that is cut, zstd only whole blocks, of up to 128 KiB. Throws Damaged for what
 * does not begin like a file of its compression.
 */
export async function firstBytes(
  head: Uint8Array,
  compression: Compression,
  count: number,
): Promise<Uint8Array | undefined> {
  try {
    const first = compression === "none" ? head : await BEGINNINGS[compression](head, count);
    return first.length < count ? undefined : first.subarray(0, count);
  } catch (error) {
    if (error instanceof Damaged && error.damage === "cut") return undefined;
    throw error;
  }
}

/** With `lends`, no memory is taken for each block anew. */
async function* unlzopped(packed: ByteQueue, lends: boolean): AsyncGenerator<Uint8Array, void, void> {
  const room = lends
    ? { packed: new Uint8Array(LARGEST_BLOCK + SUMS), plain: new Uint8Array(LARGEST_BLOCK) }
    : undefined;
  for await (const { content } of lzopBlocks(packed, room?.packed)) yield content(room?.plain);
}

/** Four checksums at most stand before a block's data. */
const SUMS = 16;

/** As many of the first bytes as a file that is cut anywhere behind its first block's sizes holds; no checksum can be looked at. */
function lzopFirstBytes(head: Uint8Array, most: number): Uint8Array {
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
