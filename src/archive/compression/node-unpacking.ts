/** gzip, brotli and zstd, as Node's own zlib unpacks them. */
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, constants, createBrotliDecompress, createGunzip, gunzipSync } from "node:zlib";
import type { ByteQueue } from "../../kit/byte-queue.ts";
import { AfterLastFrame, unzstd, unzstdHead } from "../../kit/unzstd.ts";
import { Damaged } from "../../kit/damaged.ts";

type Zlib = Transform & { readonly bytesWritten: number };

const PIECE = 64 * 1024;

export const gunzipped = (packed: ByteQueue): AsyncIterable<Uint8Array> => through(packed, createGunzip);
export const unbrotlied = (packed: ByteQueue): AsyncIterable<Uint8Array> => through(packed, createBrotliDecompress);

export async function* unzstded(packed: ByteQueue): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* unzstd(packed.pieces(PIECE));
  } catch (error) {
    if (error instanceof AfterLastFrame) throw new Damaged("trailing", "bytes follow after its end");
    throw damageOf(error) ?? error;
  }
}

async function* through(packed: ByteQueue, create: () => Zlib): AsyncGenerator<Uint8Array, void, void> {
  const unpacker = create();
  const input = { fed: 0, drained: false };
  async function* feed(): AsyncGenerator<Uint8Array, void, void> {
    for await (const some of packed.pieces(PIECE)) {
      input.fed += some.length;
      yield some;
    }
    input.drained = true;
  }
  const done = pipeline(Readable.from(feed()), unpacker);
  // Its failure is met where the unpacked bytes are read.
  done.catch(() => undefined);
  try {
    for await (const content of unpacker) yield content as Uint8Array;
  } catch (error) {
    throw damageOf(error) ?? error;
  }
  // zlib leaves bytes behind a whole stream unread, without a word.
  if (!input.drained || unpacker.bytesWritten !== input.fed)
    throw new Damaged("trailing", "bytes follow after its end");
}

/** Undefined for an error that is not zlib's own. */
function damageOf(error: unknown): Damaged | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return new Damaged("cut", "it is cut");
  if (
    code.startsWith("Z_") ||
    code.startsWith("ERR_BROTLI") ||
    code.startsWith("ERR__ERROR") ||
    code.startsWith("ZSTD_")
  )
    return new Damaged("wrong", "it does not unpack");
  return undefined;
}

/** A few packed bytes can hold a gigabyte; so much of it is looked at. */
const MOST = 1024 * 1024;

export const gunzippedHead = (head: Uint8Array): Uint8Array =>
  unpackedHead(head, (bytes) => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST }));

export const unbrotliedHead = (head: Uint8Array): Uint8Array =>
  unpackedHead(head, (bytes) =>
    brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: MOST }),
  );

export function unzstdedHead(head: Uint8Array, most: number): Uint8Array {
  try {
    return unzstdHead(head, most);
  } catch (error) {
    throw damageOf(error) ?? error;
  }
}

function unpackedHead(head: Uint8Array, unpack: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  for (let bytes = head; ; bytes = bytes.subarray(0, bytes.length >> 1)) {
    try {
      return unpack(bytes);
    } catch (error) {
      if (bytes.length > 1 && error instanceof RangeError && !(error instanceof Damaged)) continue;
      throw damageOf(error) ?? error;
    }
  }
}
