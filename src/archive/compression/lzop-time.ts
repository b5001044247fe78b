/**
 * When the file that lzop packed was last written, by the clock of the machine that it lay on: for a WAL segment that is the
 * primary, and copying the object changes nothing of it (wal-archives.md §0.3). A pipe has no such time, and no mode either.
 */
import { bigEndian, lzopHeader } from "./lzop.ts";

const MODE_AT = 21;
const TIME_AT = 25;

/** ISO 8601; undefined if the header is not whole or does not say. `head`: some 40 bytes are enough. */
export function lzopWrittenAt(head: Uint8Array): string | undefined {
  try {
    lzopHeader(head);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const seconds = bigEndian(head.subarray(TIME_AT, TIME_AT + 4));
  const isFile = bigEndian(head.subarray(MODE_AT, MODE_AT + 4)) !== 0;
  return isFile && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined;
}
