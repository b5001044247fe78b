/** Turns an error of the disk into an error of a restore; none of them is a defect of the program. */
import { relative } from "node:path";
import { giveUp } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { UnusableBase } from "./unusable-base.ts";

/** An archive that makes a file and a directory of one name, or a name that no file system takes. */
const CONTRADICTIONS: ReadonlySet<string> = new Set(["EEXIST", "EISDIR", "ENOTDIR", "ENAMETOOLONG"]);
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const REFUSED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

export interface AtWork {
  /** Where the files are written. */
  readonly root: string;
  readonly base: string;
}

/** The error to throw in its place; anything that is not the disk's as it is. */
export function diskFailure(error: unknown, { root, base }: AtWork): unknown {
  const code = codeOf(error) ?? "";
  const path = error instanceof Error && "path" in error ? String(error.path) : root;
  if (CONTRADICTIONS.has(code)) {
    const text = `the base backup "${base}" holds ${quoted(relative(root, path))}, which cannot be made beside the rest (${code})`;
    return new UnusableBase(text, { place: base, cause: error });
  }
  if (FULL.has(code)) {
    return giveUp("does-not-fit", `the disk is full (${code}): ${quoted(path)} cannot be written`)
      .at(root)
      .advise("Make room and run the same command again; what is whole is kept.", error);
  }
  if (!REFUSED.has(code)) return error;
  return giveUp("access-denied", `${quoted(path)} cannot be written (${code})`)
    .at(root)
    .advise("Name a directory that the user who restores may write to.", error);
}

/** `ENOENT` and its like; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Undefined if the path is absent. */
export function absent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}
