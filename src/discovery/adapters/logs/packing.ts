/** How a file is packed, told by its first bytes, because rotated files carry any name. */
export type Packing =
  | "plain"
  | "gzip"
  | "zstd"
  | "xz"
  | "bzip2"
  | "zip"
  | "lzma"
  | "lz4"
  | "lzop"
  | "zlib"
  | "compress";

const MAGIC: readonly { readonly packing: Packing; readonly bytes: readonly number[] }[] = [
  { packing: "gzip", bytes: [0x1f, 0x8b] },
  { packing: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { packing: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { packing: "bzip2", bytes: [0x42, 0x5a, 0x68] },
  { packing: "zip", bytes: [0x50, 0x4b, 0x03, 0x04] },
  { packing: "lzma", bytes: [0x5d, 0x00, 0x00] },
  { packing: "lz4", bytes: [0x04, 0x22, 0x4d, 0x18] },
  { packing: "lzop", bytes: [0x89, 0x4c, 0x5a, 0x4f] },
  { packing: "zlib", bytes: [0x78, 0x01] },
  { packing: "zlib", bytes: [0x78, 0x9c] },
  { packing: "zlib", bytes: [0x78, 0xda] },
  { packing: "compress", bytes: [0x1f, 0x9d] },
];
/** Of frames that are skipped (RFC 8878 §3.1.2): the first byte is 0x50 to 0x5f. Parallel packers begin with one. */
const SKIPPABLE = [0x2a, 0x4d, 0x18];
/** So many first bytes tell. */
export const MAGIC_LENGTH = 8;

export function packingOf(first: Uint8Array): Packing {
  const [kind = 0, ...rest] = first;
  if (kind >> 4 === 5 && SKIPPABLE.every((byte, at) => rest[at] === byte)) return "zstd";
  return MAGIC.find(({ bytes }) => bytes.every((byte, at) => first[at] === byte))?.packing ?? "plain";
}
