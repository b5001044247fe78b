/** One block of LZ4 (lz4_Block_format.md 1.10). One loop without objects: it runs over every byte of an archive. */
import { copyOver, copyWithin } from "./copying.ts";
import type { Unpacked } from "./lzo1x.ts";

/**
 * Writes from `from` on; the bytes before it in the target are the history that matches may reach into. `whole`: the
 * source ends where a block may end.
 */
export function unpackLz4Block(source: Uint8Array, target: Uint8Array, from: number): Unpacked {
  const end = source.length;
  const room = target.length;
  let at = 0;
  let out = from;
  while (at < end) {
    const token = source[at] ?? 0;
    at += 1;
    let literals = token >> 4;
    if (literals === 15) {
      const last = afterOnes(source, at);
      literals += 255 * (last - at) + (source[last] ?? 0);
      at = last + 1;
    }
    const taken = Math.max(0, Math.min(literals, end - at, room - out));
    copyOver(source, { at, target, out, count: taken });
    at += taken;
    out += taken;
    if (taken < literals) return { ended: out === room ? "full" : "cut", written: out - from, read: Math.min(at, end) };
    if (at === end) return { ended: "whole", written: out - from, read: at };
    if (at + 2 > end) return { ended: "cut", written: out - from, read: end };
    const distance = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      const last = afterOnes(source, at);
      if (last >= end) return { ended: "cut", written: out - from, read: end };
      length += 255 * (last - at) + (source[last] ?? 0);
      at = last + 1;
    }
    if (distance === 0 || distance > out) return { ended: "wrong", written: out - from, read: at };
    const count = Math.min(length, room - out);
    copyWithin(target, { out, distance, count });
    out += count;
    if (count < length) return { ended: "full", written: out - from, read: at };
  }
  // A block ends with literals, so one that ends behind a match is not whole.
  return { ended: "cut", written: out - from, read: at };
}

/** Where the run of bytes of 255 ends that begins at `at`. */
function afterOnes(source: Uint8Array, at: number): number {
  let next = at;
  while (next < source.length && source[next] === 255) next += 1;
  return next;
}
