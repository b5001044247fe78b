/** The first and the last lines of a file, to learn its clock from before anything is searched. */
import { readSync } from "node:fs";
import type { Job } from "./job.ts";
import { firstOfGzip } from "./gzip.ts";

export interface Edges {
  readonly head: Buffer;
  /** Empty if the end cannot be read without all that comes before it. */
  readonly tail: Buffer;
}

/** `length` bytes of each. */
export function edgesOf(
  { descriptor, size, packing }: Pick<Job, "descriptor" | "size" | "packing">,
  length: number,
): Edges {
  if (packing === "gzip") return { head: firstOfGzip(descriptor, length), tail: Buffer.alloc(0) };
  return { head: readAt(descriptor, 0, length), tail: readAt(descriptor, Math.max(0, size - length), length) };
}

function readAt(descriptor: number, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, at));
}
