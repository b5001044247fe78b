/** The first lines of a zstd file, by as much of it as they take. */
import { readSync } from "node:fs";
import { unzstdHead } from "../../../kit/unzstd.ts";

/** What a block unpacks to at most, and nearly what it takes at most. */
const BLOCK = 128 * 1024;

/** The first bytes of the text, as many as there are up to `length`; none where they cannot be read. */
export function firstOfZstd(descriptor: number, length: number): Uint8Array {
  try {
    const packed = Buffer.allocUnsafe(BLOCK + length);
    const head = packed.subarray(0, readSync(descriptor, packed, 0, packed.length, 0));
    return unzstdHead(head, length).subarray(0, length);
  } catch {
    // What reads all of it says why.
    return Buffer.alloc(0);
  }
}
