/**
 * The directory in which a restore is made, `DIR.partial`: it takes the name DIR only when everything in it is whole
 * and on disk. Files that an earlier restore left there were never a data directory: those that are known to be whole
 * are kept, and the others are made anew.
 */
import { lstat, mkdir, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bytesText } from "../../kit/text/bytes.ts";
import { RecoverError, refuse } from "../../errors.ts";
import { othersMayLead } from "../../kit/process/ownership.ts";
import { quoted } from "../../kit/text/printable.ts";
import { synced } from "./data-files.ts";
import { absent } from "./disk-failure.ts";
import { Kept, KEPT_FILE, type Named, type Undertaking } from "./kept.ts";
import { Mark, MARK, requireUnmarked } from "./mark.ts";
import { OWN_DIRECTORY } from "../tar/place.ts";

/** The server itself writes some segments of WAL before it answers. */
const ROOM_FOR_THE_SERVER = 256 * 1024 * 1024;

export interface Staging {
  /** Where the files are written. */
  readonly root: string;
  readonly kept: Kept;
  /** Throws `does-not-fit` if the disk had no room for so many bytes, those that were kept among them. */
  readonly requireRoom: (bytes: number) => void;
  /** Gives the directory its name. */
  finish(): Promise<void>;
  /** Of a restore that was stopped: its whole files stay for the next one. */
  leave(): Promise<void>;
  /** Removes all files that were made: the next restore begins anew. */
  discard(): Promise<void>;
}

export interface StageTerms extends Undertaking {
  /** Bytes on disk, of all that the restore will bring. */
  readonly needed: number;
  /** Whether the object belongs to this restore: files of another one are of no use. */
  readonly isWanted: (object: Named) => boolean;
}

/** Where a restore into `directory` is made. */
export const partialOf = (directory: string): string => `${directory}.partial`;

/**
 * `directory` is absolute. Errors: `target-not-fresh` if it is there and not empty, or cannot be replaced, or the staging
 * directory is not ours; `foreign-directory` if root could be led elsewhere by another account; `locked` if another restore
 * is at work in it; `does-not-fit` if the disk has less room than `needed` bytes.
 */
export async function stage(directory: string, { needed, isWanted, ...undertaking }: StageTerms): Promise<Staging> {
  await requireReplaceable(directory);
  const root = partialOf(directory);
  requireUnled(root);
  await requireOurs(root);
  await mkdir(join(root, OWN_DIRECTORY), { recursive: true, mode: 0o700 });
  const mark = await Mark.set(root);
  try {
    return await staged({ directory, root, mark }, { needed, isWanted, ...undertaking });
  } catch (error) {
    mark.letGo();
    throw error;
  }
}

interface Claimed {
  readonly directory: string;
  readonly root: string;
  readonly mark: Mark;
}

async function staged(claimed: Claimed, { needed, isWanted, ...undertaking }: StageTerms): Promise<Staging> {
  const { directory, root, mark } = claimed;
  // A directory that another restore has taken over is not ours to remove.
  const discard = async (): Promise<void> => {
    if (await mark.isOurs()) await rm(root, { recursive: true, force: true });
    mark.letGo();
  };
  const found = await Kept.resume(root, undertaking, { spare: [MARK], isWanted });
  if (found === undefined) await empty(root);
  const parent = dirname(directory);
  const free = (await freeIn(parent)) + (found?.bytes ?? 0);
  const short = shortage(parent, { needed, free });
  if (short !== undefined && found === undefined) await discard();
  if (short !== undefined) throw short;
  const kept = found ?? (await Kept.begin(root, undertaking));
  return {
    ...{ root, kept, discard },
    requireRoom: (bytes) => {
      const lack = shortage(parent, { needed: bytes, free, begun: true });
      if (lack !== undefined) throw lack;
    },
    leave: async () => {
      if (kept.isEmpty) await discard();
      mark.letGo();
    },
    finish: () => finish(claimed),
  };
}

async function finish({ directory, root, mark }: Claimed): Promise<void> {
  await requireReplaceable(directory);
  await mark.requireOurs();
  // An empty directory of that name is replaced; anything that appeared in it meanwhile makes this fail.
  await rename(root, directory);
  await synced(dirname(directory));
  // Last: without its mark, nobody would own the left-overs of a kill.
  for (const file of [KEPT_FILE, MARK]) await rm(join(directory, file), { force: true });
  await synced(join(directory, OWN_DIRECTORY));
  mark.letGo();
}

/** Said before gigabytes are fetched: in the end a directory takes the place of the present one. */
async function requireReplaceable(directory: string): Promise<void> {
  const found = await lstat(directory).catch(absent);
  if (found === undefined) return;
  if (found.isSymbolicLink()) throw notFresh(directory, "is a symbolic link", "Name the directory that it leads to.");
  if (!found.isDirectory()) throw notFresh(directory, "is no directory", "Name a directory that does not exist.");
  if ((await lstat(join(directory, MARK)).catch(absent)) !== undefined)
    throw notFresh(directory, "holds a whole restore, killed at its very end", "Use it, or move it away.");
  if ((await readdir(directory)).length > 0)
    throw notFresh(directory, "is not empty", "Name a directory that is empty or does not exist.");
  if (found.dev !== (await stat(dirname(directory))).dev)
    throw notFresh(directory, "is where a disk is mounted", `Name a directory in it: ${join(directory, "data")}.`);
}

function notFresh(place: string, why: string, remedy: string): RecoverError {
  return refuse("target-not-fresh", `"${place}" ${why}`).at(place).advise(remedy);
}

/** Root writes nowhere that another account could lead elsewhere meanwhile. */
function requireUnled(root: string): void {
  const led = process.getuid?.() === 0 ? othersMayLead(root) : undefined;
  if (led === undefined) return;
  throw refuse("foreign-directory", `${quoted(root)} ${led}`)
    .at(root)
    .advise("Run this as that account, or name a directory that root alone can lead elsewhere.");
}

/** All but the mark. */
async function empty(root: string): Promise<void> {
  const names = await readdir(root);
  const own = await readdir(join(root, OWN_DIRECTORY));
  const inside = own.map((name) => `${OWN_DIRECTORY}/${name}`).filter((path) => path !== MARK);
  for (const path of [...names.filter((name) => name !== OWN_DIRECTORY), ...inside])
    await rm(join(root, path), { recursive: true, force: true });
}

/** Throws if a directory is there that no restore left, or one that is at work. */
async function requireOurs(root: string): Promise<void> {
  const names = await readdir(root).catch(absent);
  if (names === undefined) return;
  const isMarked = await requireUnmarked(root);
  if (!isMarked && !(await isBarelyBegun(root, names)) && !(await isNoted(root)))
    throw notFresh(root, "is there and no restore made it", "Move it away: a restore is made under this name first.");
}

/** A kill can come before the mark is there. */
async function isBarelyBegun(root: string, names: readonly string[]): Promise<boolean> {
  if (names.some((name) => name !== OWN_DIRECTORY)) return false;
  const own = names.length === 0 ? [] : await readdir(join(root, OWN_DIRECTORY)).catch(() => ["no directory"]);
  return own.every((name) => `${OWN_DIRECTORY}/${name}`.startsWith(`${MARK}.`));
}

/** Somebody who knew of no restore that is at work there has taken its mark away: its notes say whose it is. */
const isNoted = async (root: string): Promise<boolean> =>
  (await lstat(join(root, KEPT_FILE)).catch(absent))?.isFile() === true;

async function freeIn(parent: string): Promise<number> {
  await mkdir(parent, { recursive: true });
  const { bavail, bsize } = await statfs(parent);
  return bavail * bsize;
}

/** Undefined if `free` bytes are enough for `needed` and for the server's own files. */
export function shortage(
  parent: string,
  { needed, free, begun = false }: { readonly needed: number; readonly free: number; readonly begun?: boolean },
): RecoverError | undefined {
  const wanted = needed + ROOM_FOR_THE_SERVER;
  if (free >= wanted) return undefined;
  const text = `the restore needs ${bytesText(wanted)}, with what its server writes itself, and ${bytesText(free)} are free`;
  return new RecoverError("does-not-fit", text, {
    remedy: "Name a directory on a larger disk.",
    place: parent,
    ...(begun ? {} : { effect: "none" }),
  });
}
