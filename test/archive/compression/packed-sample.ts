/**
 * The content of the files under `fixtures/archive/packed`: 300,000 bytes like those of a table, in pages that are half
 * empty, with a stretch that no program can pack. `fixtures/archive/README.md` says how they were made.
 */
import { readFileSync } from "node:fs";
import type { Compression } from "../../../src/archive/compression/decompressed.ts";

const SIZE = 300_000;
const PAGE = 8192;

export function sampleContent(): Buffer {
  const content = Buffer.alloc(SIZE);
  let state = 2463534242;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let page = 0; page * PAGE < SIZE; page += 1) {
    const from = page * PAGE;
    if (page === 7) {
      for (let at = from; at < from + PAGE; at += 1) content[at] = random() & 0xff;
      continue;
    }
    for (let at = from + 24; at < from + PAGE / 2; ) {
      at += content.write(`customer ${random() % 1000} of page ${page}\n`, at);
    }
  }
  return content;
}

export interface PackedSample {
  readonly file: string;
  readonly compression: Compression;
}

export const PACKED_SAMPLES: readonly PackedSample[] = [
  { file: "sample.lzo", compression: "lzo" },
  { file: "sample-crc.lzo", compression: "lzo" },
  { file: "sample-9.lzo", compression: "lzo" },
  { file: "sample.lz4", compression: "lz4" },
  { file: "sample-linked.lz4", compression: "lz4" },
  { file: "sample.zst", compression: "zstd" },
  { file: "sample-19.zst", compression: "zstd" },
  { file: "sample.gz", compression: "gzip" },
  { file: "sample.br", compression: "brotli" },
];

export function packedSample({ file }: PackedSample): Buffer {
  return readFileSync(new URL(`../../../fixtures/archive/packed/${file}`, import.meta.url));
}
