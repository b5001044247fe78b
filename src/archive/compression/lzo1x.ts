/**
 * LZO1X, as lzop's own library and the kernel's documentation of LZO streams have it (Documentation/staging/lzo.rst).
 * One loop without objects, and bytes that move in blocks: it runs over every byte of an archive.
 */
import { copyOver, copyWithin } from "./copying.ts";

/**
 * `whole`: the end mark was reached. `cut`: the source ends before it. `full`: more would come than the target holds.
 * `wrong`: a match points before the beginning. In each case the bytes written up to there are right.
 */
export type UnpackEnd = "whole" | "cut" | "full" | "wrong";

export interface Unpacked {
  readonly ended: UnpackEnd;
  readonly written: number;
  /** Of the source. */
  readonly read: number;
}

export function unpackLzo1x(source: Uint8Array, target: Uint8Array): Unpacked {
  const end = source.length;
  const room = target.length;
  let at = 0;
  let out = 0;
  // Literals that stand before an instruction: none, one to three, or a run of four and more. They decide what one below 16 means.
  let literals = 0;
  const first = source[0] ?? 0;
  if (first > 17) {
    at = 1;
    literals = first - 17;
  }
  for (;;) {
    if (literals > 0) {
      const count = Math.min(literals, end - at, room - out);
      copyOver(source, { at, target, out, count });
      at += count;
      out += count;
      if (count < literals) return { ended: out === room ? "full" : "cut", written: out, read: at };
    }
    if (at >= end) return { ended: "cut", written: out, read: at };
    const code = source[at] ?? 0;
    at += 1;
    let length = 0;
    let distance = 0;
    if (code < 16 && literals === 0) {
      literals = code;
      if (code === 0) {
        const last = afterZeros(source, at);
        literals = 15 + 255 * (last - at) + (source[last] ?? 0);
        at = last + 1;
      }
      literals += 3;
      continue;
    }
    if (code >= 64 || code < 16) {
      if (at >= end) return { ended: "cut", written: out, read: at };
      const high = source[at] ?? 0;
      at += 1;
      if (code >= 64) {
        length = (code >> 5) + 1;
        distance = 1 + ((code >> 2) & 7) + (high << 3);
      } else {
        // A match after a run of literals reaches further back than one after one to three literals.
        length = literals > 3 ? 3 : 2;
        distance = (literals > 3 ? 2049 : 1) + (code >> 2) + (high << 2);
      }
      literals = code & 3;
    } else {
      const mask = code >= 32 ? 31 : 7;
      length = code & mask;
      if (length === 0) {
        const last = afterZeros(source, at);
        length = mask + 255 * (last - at) + (source[last] ?? 0);
        at = last + 1;
      }
      length += 2;
      if (at + 2 > end) return { ended: "cut", written: out, read: end };
      const low = source[at] ?? 0;
      distance = (low | ((source[at + 1] ?? 0) << 8)) >> 2;
      at += 2;
      literals = low & 3;
      if (code >= 32) distance += 1;
      else {
        distance += (code & 8) << 11;
        if (distance === 0) return { ended: "whole", written: out, read: at };
        distance += 0x4000;
      }
    }
    if (distance > out) return { ended: "wrong", written: out, read: at };
    const count = Math.min(length, room - out);
    copyWithin(target, { out, distance, count });
    out += count;
    if (count < length) return { ended: "full", written: out, read: at };
  }
}

/** Where the run of zeros ends that begins at `at`. */
function afterZeros(source: Uint8Array, at: number): number {
  let next = at;
  while (next < source.length && source[next] === 0) next += 1;
  return next;
}
