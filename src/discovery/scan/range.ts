/** Reads the lines that begin in a range of a plain file. */
import { readSync } from "node:fs";
import type { Job } from "./job.ts";
import type { LineScanner } from "./line-scanner.ts";

const NEWLINE = 10;
/** Read at once to find the end of a range's last line. */
const REST = 64 * 1024;

export function* scanRange(job: Job, scanner: LineScanner): Generator<number, string | undefined> {
  let at = job.from;
  while (at < job.to) {
    const room = scanner.room();
    const length = readSync(job.descriptor, room, 0, Math.min(room.length, job.to - at), at);
    if (length === 0) return "it became shorter while it was read";
    at += length;
    scanner.filled(length);
    yield length;
  }
  while (at < job.size && !scanner.between) {
    const room = scanner.room();
    const length = readSync(job.descriptor, room, 0, Math.min(room.length, REST, job.size - at), at);
    if (length === 0) return "it became shorter while it was read";
    at += length;
    const newline = room.subarray(0, length).indexOf(NEWLINE);
    scanner.filled(newline < 0 ? length : newline + 1);
  }
  return undefined;
}
