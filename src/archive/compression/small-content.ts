/** A packed text of a few lines that is at hand whole: histories, which alone say where a timeline begins. */
import { gathered, once } from "../../kit/byte-queue.ts";
import { type Compression, decompressed } from "./decompressed.ts";

/** A history has a line of some fifty bytes for each timeline before it. */
const LARGEST = 256 * 1024;

/** Undefined for anything that is no whole, small file of that packing, or a packing that is not unpacked here. */
export async function smallContent(file: Uint8Array, packing: Compression | "lzma"): Promise<Uint8Array | undefined> {
  if (packing === "lzma") return undefined;
  try {
    return await gathered(decompressed(once(file), packing), LARGEST);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
