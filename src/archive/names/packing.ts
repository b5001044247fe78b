/**
 * The ending of a key says how the object is packed: WAL-E writes only `.lzo`, WAL-G any of these (internal/compression
 * of WAL-G at 43fb039: lz4, lzma, zst, br, gz, lzo for reading, none without an ending).
 */
import type { Compression } from "../compression/decompressed.ts";

/** `lzma` is known by its name and cannot be unpacked here. */
export type Packing = Compression | "lzma";

const ENDINGS: Readonly<Record<string, Packing>> = {
  "": "none",
  ".lzo": "lzo",
  ".lz4": "lz4",
  ".zst": "zstd",
  ".br": "brotli",
  ".gz": "gzip",
  ".lzma": "lzma",
};

/** `ending` with its dot, or "". Undefined for any other. */
export function packingOf(ending: string): Packing | undefined {
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}

/** Of a key that `classify` knows: everything behind the last dot. */
export function packingOfKey(key: string): Packing | undefined {
  // Nearly every key: an archive can have a million of them.
  if (key.endsWith(".lzo")) return "lzo";
  const name = key.slice(key.lastIndexOf("/") + 1);
  const ending = /^[0-9A-F]{24}$/.test(name) ? "" : (/\.[a-z0-9]+$/.exec(name)?.[0] ?? "");
  return packingOf(ending === ".tar" || ending === ".history" || ending === ".backup" ? "" : ending);
}
