/**
 * The directory in which a restore is made, `DIR.partial`: it takes the name DIR only when everything in it is whole and on
 * disk. What an earlier restore left there was never a data directory, and is made anew.
 */
import { hostname } from "node:os";
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bytesText } from "../../bytes.js";
import { RecoverError } from "../../errors.js";
import { synced } from "./data-files.js";
import { OWN_DIRECTORY } from "./place.js";

const MARK = `${OWN_DIRECTORY}/restoring.json`;
/** The server itself writes some segments of WAL before it answers. */
const ROOM_FOR_THE_SERVER = 256 * 1024 * 1024;

export interface Staging {
  /** Where the files are written. */
  readonly root: string;
  /** Gives the directory its name. */
  finish(): Promise<void>;
  /** Removes what was made: a next restore begins anew. */
  discard(): Promise<void>;
}

/**
 * `directory` is absolute. Errors: `target-not-fresh` where it is there and not empty, or the staging directory is not ours;
 * `locked` where another restore is at work in it; `does-not-fit` where the disk has less room than `needed` bytes.
 */
export async function stage(directory: string, needed: number): Promise<Staging> {
  await requireEmpty(directory);
  const root = `${directory}.partial`;
  await clear(root);
  await requireRoom(dirname(directory), needed);
  await mkdir(join(root, OWN_DIRECTORY), { recursive: true, mode: 0o700 });
  await writeFile(join(root, MARK), JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 });
  return {
    root,
    finish: async () => {
      await rm(join(root, MARK));
      await synced(join(root, OWN_DIRECTORY));
      await requireEmpty(directory);
      // An empty directory of that name is replaced; anything that appeared in it meanwhile makes this fail.
      await rename(root, directory);
      await synced(dirname(directory));
    },
    discard: () => rm(root, { recursive: true, force: true }),
  };
}

async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new RecoverError("target-not-fresh", `"${directory}" is not empty`, {
    remedy: "Name a directory that is empty or does not exist.",
    place: directory,
    effect: "none",
  });
}

async function clear(root: string): Promise<void> {
  const names = await readdir(root).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (names === undefined) return;
  const mark = await markIn(root);
  if (mark === undefined && names.length > 0) {
    throw new RecoverError("target-not-fresh", `"${root}" is there and no restore made it`, {
      remedy: "Move it away: a restore is made under this name first.",
      place: root,
      effect: "none",
    });
  }
  if (mark !== undefined && isAlive(mark)) {
    throw new RecoverError("locked", `process ${mark.pid} is restoring into "${root}"`, {
      remedy: "Wait for it to end, or end it, and run the same command again.",
      place: root,
      effect: "none",
    });
  }
  await rm(root, { recursive: true });
}

interface Mark {
  readonly pid: number;
  readonly host: string;
}

async function markIn(root: string): Promise<Mark | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(root, MARK), "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value)) return undefined;
    const { pid, host } = value;
    return typeof pid === "number" && typeof host === "string" ? { pid, host } : undefined;
  } catch (error) {
    // A kill can have come before its first byte.
    if (error instanceof SyntaxError) return { pid: 0, host: "" };
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive({ pid, host }: Mark): boolean {
  if (host !== hostname() || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function requireRoom(parent: string, needed: number): Promise<void> {
  await mkdir(parent, { recursive: true });
  const { bavail, bsize } = await statfs(parent);
  const free = bavail * bsize;
  if (free >= needed + ROOM_FOR_THE_SERVER) return;
  throw new RecoverError("does-not-fit", `the restore needs ${bytesText(needed)}, and ${bytesText(free)} are free`, {
    remedy: "Name a directory on a larger disk.",
    place: parent,
    effect: "none",
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
