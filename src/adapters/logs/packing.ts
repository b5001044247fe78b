/** How a file is packed, told by its first bytes, because rotated files carry any name. */
export type Packing = "plain" | "gzip" | "zstd" | "xz" | "bzip2" | "zip";

const MAGIC: readonly { readonly packing: Packing; readonly bytes: readonly number[] }[] = [
  { packing: "gzip", bytes: [0x1f, 0x8b] },
  { packing: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { packing: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { packing: "bzip2", bytes: [0x42, 0x5a, 0x68] },
  { packing: "zip", bytes: [0x50, 0x4b, 0x03, 0x04] },
];
/** So many first bytes tell. */
export const MAGIC_LENGTH = 8;

export function packingOf(first: Uint8Array): Packing {
  return MAGIC.find(({ bytes }) => bytes.every((byte, at) => first[at] === byte))?.packing ?? "plain";
}
