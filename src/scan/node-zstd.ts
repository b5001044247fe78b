/** Node's own decoder of zstd. */
import type { Transform } from "node:stream";

/** Built in from Node 22.15 on; the types of the oldest supported Node do not know it. */
interface ZstdCapable {
  readonly createZstdDecompress?: (options: { readonly chunkSize: number }) => Transform;
}

/** Undefined in a Node that has none. */
export function nodeZstd(): ZstdCapable["createZstdDecompress"] {
  const zlib = process.getBuiltinModule("node:zlib");
  return (zlib as typeof zlib & ZstdCapable).createZstdDecompress;
}
