/** A file that a person asked to be written, for its owner alone unless it was shared before: it tells of an incident. */
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { refuse } from "../../errors.ts";
import { errnoOf, OWNER_ONLY_FILE, reasonOf } from "../../engine/journal/durable.ts";
import { printable, quoted } from "../../kit/text/printable.ts";
import { NewFile } from "./new-file.ts";

/**
 * Writes text without characters that a terminal obeys: the file is shown by `cat`, and pasted. The old content stays
 * until the new text is whole and on disk. Returns whether a file was replaced. Errors: `usage`, with the remedy.
 */
export function writeOwnText(file: string, text: string, remedy: string): boolean {
  const harmless = printable(text);
  try {
    const isThere = lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
    if (isWrittenThrough(file)) writeFileSync(file, harmless, { mode: OWNER_ONLY_FILE });
    else replace(file, harmless);
    return isThere;
  } catch (cause) {
    throw refuse("usage", `${quoted(file)} cannot be written: ${reasonOf(cause)}`)
      .at(file)
      .advise(remedy, cause);
  }
}

/** A device, a pipe, and a name of an open file such as /dev/stdout: something else in their place would reach nobody. */
function isWrittenThrough(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return false;
  return (
    NAMED_BY_SYSTEM.test(realpathSync(dirname(file))) || statSync(file, { throwIfNoEntry: false })?.isFile() === false
  );
}

/** Below /dev/shm and /dev/mqueue it is anybody who gives names. */
const NAMED_BY_SYSTEM = /^\/(?:proc|dev(?!\/(?:shm|mqueue)(?:\/|$)))(?:\/|$)/u;

/**
 * These errors mean that no other file can take the name: a directory that may not be written, one whose files are
 * others' (sticky), or a mounted file. The file itself may still be written.
 */
const KEEPS_ITS_FILE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

function replace(file: string, text: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  const before = found?.isFile() === true ? found : undefined;
  // The name of a protected file could be given to another one: it is protected from that as well.
  if (before !== undefined) accessSync(file, constants.W_OK);
  try {
    putInPlace(file, text, before);
  } catch (thrown) {
    if (before === undefined || !KEEPS_ITS_FILE.has(errnoOf(thrown) ?? "")) throw thrown;
    writeInto(file, text);
  }
}

function writeInto(file: string, text: string): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, OWNER_ONLY_FILE);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function putInPlace(file: string, text: string, before: Stats | undefined): void {
  const made = new NewFile(file);
  try {
    made.fill(text);
    if (before !== undefined) made.shareAs(before);
    made.replace();
  } finally {
    made.close();
  }
}
