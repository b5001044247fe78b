/** The text of a document that anybody may have put there: never more of it than is read, and nothing is waited for. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { MOST_BYTES } from "./read.ts";

/** Of one that is too large only so much that its reader refuses it. Throws what the system says, and of a pipe. */
export function boundedText(file: string): string {
  requireEnd(file);
  return withOpen(file, constants.O_RDONLY, bounded);
}

/** Below /dev lie pipes that this process was given, with somebody at their other end; any other may be waited at for ever. */
function requireEnd(file: string): void {
  if (!file.startsWith("/dev/") && statSync(file).isFIFO()) throw new Error("it is a pipe");
}

/** The same of a file that another file names: undefined if it is no ordinary one. Throws what the system says. */
export function ordinaryText(file: string): string | undefined {
  // A pipe in the place of a file would wait for somebody at its other end.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  return withOpen(file, flags, (descriptor) => (fstatSync(descriptor).isFile() ? bounded(descriptor) : undefined));
}

function withOpen<T>(file: string, flags: number, work: (descriptor: number) => T): T {
  const descriptor = openSync(file, flags);
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function bounded(descriptor: number): string {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.toString("utf8", 0, length);
}
