/** The first lines of a zstd file, by as much of it as they take. */
import { readSync } from "node:fs";
import { unzstdHead } from "../../../kit/unzstd.ts";

/** The most that a block unpacks to, and nearly the most that it takes packed. */
const BLOCK = 128 * 1024;

/** The first bytes of the text, at most `length`; none if they cannot be read. */
export function firstOfZstd(descriptor: number, length: number): Uint8Array {
  try {
    const packed = Buffer.allocUnsafe(BLOCK + length);
    const head = packed.subarray(0, readSync(descriptor, packed, 0, packed.length, 0));
    return unzstdHead(head, length).subarray(0, length);
  } catch {
    // The reader of the whole file says why.
    return Buffer.alloc(0);
  }
}
