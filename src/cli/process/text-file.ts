import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { RecoverError } from "../../errors.ts";
import { reasonOf } from "../../engine/journal/durable.ts";
import { nameInside, readOwn } from "../../kit/process/own-files.ts";
import { quoted } from "../../kit/text/printable.ts";
import { MOST_BYTES } from "../../kit/yaml/read.ts";

/** The text of a YAML file that a person named; of one that is too large only so much that its reader refuses it. */
export function readText(file: string): string {
  try {
    if (nameInside(file) !== undefined) return readOwn(file).toString("utf8");
    requireEnd(file);
    return withOpen(file, constants.O_RDONLY, bounded);
  } catch (cause) {
    throw new RecoverError("usage", `${quoted(file)} cannot be read: ${reasonOf(cause)}`, {
      remedy: "Name a file that exists and may be read.",
      place: file,
      cause,
      effect: "none",
    });
  }
}

/** Below /dev lie pipes that this process was given, with somebody at their other end; any other may be waited at for ever. */
function requireEnd(file: string): void {
  if (!file.startsWith("/dev/") && statSync(file).isFIFO()) throw new Error("it is a pipe");
}

/** The same of a file that another file names: undefined if it is no ordinary one. Throws what the system says. */
export function readOrdinary(file: string): string | undefined {
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
