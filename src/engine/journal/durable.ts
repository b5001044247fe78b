/** Files and directories made durable; and what a failed write means to the operator. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";

export const OWNER_ONLY_FILE = 0o600;
export const OWNER_ONLY_DIRECTORY = 0o700;

/** Makes creations, renames and removals in a directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function writeWhole(descriptor: number, bytes: Uint8Array, position: number | null): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === null ? null : position + written;
    written += writeSync(descriptor, bytes, written, bytes.length - written, at);
  }
}

/** A new file with its content durable; its directory is not synced. Fails if the file exists. */
export function createDurably(path: string, content: string | Uint8Array): void {
  const descriptor = openSync(path, "wx", OWNER_ONLY_FILE);
  try {
    writeWhole(descriptor, typeof content === "string" ? Buffer.from(content) : content, null);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** As `createDurably`, but nobody ever sees the file without its content. `temporary` lies in the same directory. */
export function publishDurably(path: string, temporary: string, content: string): void {
  rmSync(temporary, { force: true });
  try {
    createDurably(temporary, content);
    linkSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(dirname(path));
}

/** Replaces (or makes) a file in one atomic, durable act. `temporary` lies in the same directory and is free. */
export function replaceDurably(path: string, temporary: string, content: string): void {
  rmSync(temporary, { force: true });
  createDurably(temporary, content);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/**
 * Makes a directory and its missing parents, 0700, each durable in its parent. Not by `recursive`, which never returns
 * if a file system answers ENOENT to every mkdir (procfs).
 */
export function makeDirectory(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  try {
    mkdirSync(path, { mode: OWNER_ONLY_DIRECTORY });
  } catch (thrown) {
    // Another process may have made it just now; anything else that has the name is an error below.
    if (errnoOf(thrown) === "EEXIST" && statSync(path).isDirectory()) return;
    throw thrown;
  }
  syncDirectory(parent);
}

export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than this user may write",
  EROFS: "the file system is read-only",
  EACCES: "permission is denied",
  EPERM: "the operation is not permitted",
  ENOTDIR: "a part of the path is not a directory",
  ENOENT: "there is nothing of that name",
  EISDIR: "it is a directory",
  EEXIST: "something else has that name",
  EIO: "the disk reports an error",
};

export function reasonOf(thrown: unknown): string {
  const code = errnoOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return (code === undefined ? undefined : REASONS[code]) ?? message;
}

/** Runs work below the state directory; what the file system refuses becomes `state-dir-unusable`. */
export function inStateDirectory<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof RecoverError || errnoOf(thrown) === undefined) throw thrown;
    throw refuse("state-dir-unusable", `${quoted(path)} cannot be used: ${reasonOf(thrown)}`)
      .at(path)
      .advise("Make room or rights there, or name another directory with --state-dir DIR.", thrown);
  }
}
