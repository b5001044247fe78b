/**
 * Files in the state directory belong to one user and nobody else reads them. A link there, or a file of
 * another user, would let that user choose our journal or the file that is written over: it is refused.
 *
 * Errors: `state-dir-unusable`, and those of the file system as they come.
 */
import { constants as bufferConstants } from "node:buffer";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { errnoOf, OWNER_ONLY_DIRECTORY, OWNER_ONLY_FILE } from "./durable.ts";

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
/** The names in a state directory of ours; a directory with other names serves other purposes too. */
const OURS: readonly string[] = ["runs", "locks", "rehearsals", "trust", "inventory.jsonl"];

/**
 * The state directory itself, if it is there: no link, ours, writable by nobody else; and readable by nobody else
 * if it is for us alone.
 */
export function requireOwnRoot(path: string): void {
  const found = requireOwnDirectory(path);
  if (found === undefined || (found.mode & OTHERS) === 0) return;
  if ((found.mode & OTHERS_WRITE) !== 0) throw refused(path, "others may write in it", `Run "chmod 700" on it`);
  if (readdirSync(path).every((name) => OURS.includes(name))) chmodSync(path, OWNER_ONLY_DIRECTORY);
}

/** A directory that we made below it, if it is there: checked as the root is, and set to 0700 again. */
export function requireOwnPart(path: string): void {
  const found = requireOwnDirectory(path);
  if (found !== undefined && (found.mode & OTHERS) !== 0) chmodSync(path, OWNER_ONLY_DIRECTORY);
}

export interface OwnFileOptions {
  /** It comes to be by a second name for its content (`publishDurably`), and a kill may leave both. */
  readonly mayHaveTwoNames?: boolean;
  /** Default: what one text can hold. */
  readonly largest?: { readonly bytes: number; readonly refusal: (size: number) => RecoverError };
}

/** The content of a file of ours. Fails with ENOENT if there is none. */
export function readOwn(path: string, options: OwnFileOptions = {}): Buffer {
  const descriptor = openOwn(path, constants.O_RDONLY, options);
  const refusal = (size: number): RecoverError =>
    refused(
      path,
      `it has ${size} bytes, more than anything that is written there`,
      "See what wrote it, and move it away",
    );
  const largest = options.largest ?? { bytes: bufferConstants.MAX_STRING_LENGTH, refusal };
  try {
    const { size } = fstatSync(descriptor);
    if (size > largest.bytes) throw largest.refusal(size);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a file of ours, 0600, following no link. `flags` as of open(2). */
export function openOwn(path: string, flags: number, options: OwnFileOptions = {}): number {
  const descriptor = openWithoutLinks(path, flags);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw refused(path, "it is no ordinary file", "Move it away");
    if (found.uid !== process.getuid?.()) throw refused(path, "it belongs to another user", "Run this as its owner");
    if (found.nlink > 1 && options.mayHaveTwoNames !== true)
      throw refused(path, "it has a second name elsewhere (a hard link)", "Replace it by a copy of itself");
    if ((found.mode & OTHERS) !== 0) fchmodSync(descriptor, OWNER_ONLY_FILE);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openWithoutLinks(path: string, flags: number): number {
  try {
    // A pipe in the place of a file would wait for somebody at its other end.
    return openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, OWNER_ONLY_FILE);
  } catch (error) {
    if (errnoOf(error) === "ELOOP") throw refused(path, "it is a link", "See where it leads, and remove it");
    throw error;
  }
}

function requireOwnDirectory(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) throw refused(path, "it is a link", "Name the place where it leads");
  if (found.isDirectory() && found.uid !== process.getuid?.())
    throw refused(path, "it belongs to another user", "Run this as its owner");
  return found.isDirectory() ? found : undefined;
}

function refused(path: string, why: string, what: string): RecoverError {
  return refuse("state-dir-unusable", `${quoted(path)} cannot be used: ${why}`)
    .at(path)
    .advise(`${what}, or name another state directory with --state-dir DIR.`);
}
