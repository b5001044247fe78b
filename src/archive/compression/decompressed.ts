/** One interface over the compressions of WAL-E (lzo) and WAL-G (all of them). */
import { ByteQueue } from "./byte-queue.ts";
import { Damaged } from "./damaged.ts";
import { lz4Blocks, lz4FirstBytes } from "./lz4.ts";
import { lzopBlocks, lzopFirstBytes } from "./lzop-unpacking.ts";
import { gunzipped, gunzippedHead, unbrotlied, unbrotliedHead, unzstded, unzstdedHead } from "./node-unpacking.ts";
import { startsLikeOpenPgp } from "./openpgp.ts";

export type Compression = "lzo" | "lz4" | "zstd" | "gzip" | "brotli" | "none";

export interface Unpacking {
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
  lzo: lzopBlocks,
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
