/** The files of a place: the notes of the run, the copy, the words of its servers, and the dumps. */
import { lstat, readFile, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type RecoverError, refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";
import { othersMayLead } from "../../../kit/process/ownership.ts";
import { quoted } from "../../../kit/text/printable.ts";

export const dataOf = (place: string): string => join(place, "data");
/** Written before anything else: the run of the place, and the archive that is restored into it. */
export const copyNote = (place: string): string => join(place, "copy.json");
/** Written when all files of the copy are on disk. */
export const restoredNote = (place: string): string => join(place, "restored.json");
export const logOf = (place: string): string => join(place, "server.log");
/** A directory for dumps: ours alone, so that no program on the copy can plant a link there. */
export const outOf = (place: string): string => join(place, "out");
export const dumpOf = (place: string): string => join(outOf(place), "tables.dump");
/** As text, of an earlier version: it is told, and loaded by nobody. */
export const textDumpOf = (place: string): string => join(outOf(place), "dump.sql");

const copy = z.object({ run: z.string(), archive: z.string(), time: z.string(), base: z.string() });
const restored = z.object({
  systemId: z.string(),
  version: z.string(),
  lastTransaction: z.string(),
  damaged: z.string().exactOptional(),
  cut: z.string().exactOptional(),
  instead: z.string().exactOptional(),
});

export const readCopy = (place: string) => readNote(copyNote(place), copy);
export const readRestored = (place: string) => readNote(restoredNote(place), restored);

/** Undefined if there is none, or a kill has cut it. */
async function readNote<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> {
  const text = await orAbsent(() => readFile(path, "utf8"));
  return text === undefined ? undefined : shape.safeParse(jsonOf(text)).data;
}

export async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw thrown;
  }
}

export interface Room {
  /** That an ordinary account may still write. */
  readonly bytes: number;
  /** 0 if the file system makes room for each, and counts none. */
  readonly files: number;
}

/** On the disk of `path`; undefined when the path is absent. */
export async function roomAt(path: string): Promise<Room | undefined> {
  const found = await orAbsent(() => statfs(path));
  return found && { bytes: found.bavail * found.bsize, files: found.ffree };
}

/**
 * Why a directory of that name is no place of ours; undefined if it is one, or there is none. Root writes nowhere that
 * somebody else could lead elsewhere meanwhile.
 */
export async function strangeness(place: string): Promise<string | undefined> {
  const led = process.getuid?.() === 0 ? othersMayLead(dirname(place)) : undefined;
  if (led !== undefined) return `it ${led}`;
  const found = await orAbsent(() => lstat(place));
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return "it is no directory";
  const own = process.getuid?.();
  if (own !== undefined && found.uid !== own) return `it belongs to uid ${found.uid}`;
  return (found.mode & 0o022) === 0 ? undefined : "others may write to it";
}

export const isThere = async (path: string): Promise<boolean> => (await orAbsent(() => lstat(path))) !== undefined;

export function foreign(place: string, why: string): RecoverError {
  return refuse("guard-refused", `${quoted(place)} is not the place of this run: ${why}`)
    .at(place)
    .advise("Move it away, or name another directory with --input scratch=DIRECTORY.");
}
