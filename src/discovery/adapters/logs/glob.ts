/**
 * Globs for log files: `*`, `?`, `[a-z]`, `{a,b}` and `**`. Node's own does not name directories that it could not
 * list; a shell's expansion does not reach patterns of the configuration file.
 */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

const MAGIC = /[*?[{]/;
/** Follows the name of a directory in the place of a log file. */
export const IS_DIRECTORY = "is a directory; name its files, such as DIR/*.log";
/** It may wait for its writer for ever, or never end: an operator who means it names it. */
export const IS_NO_FILE = "is no file but a pipe or a device; name it itself";
/** A log directory is never deeper; a cycle of links is. */
const DEEPEST = 20;

export interface Expansion {
  readonly paths: readonly string[];
  /** Directories that were not entered, or could not be listed: files in them may be missing. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

export function isGlob(pattern: string): boolean {
  return MAGIC.test(pattern);
}

/** Files only, sorted by name; hidden ones only if the pattern says so. */
export function expandGlob(pattern: string): Expansion {
  const walk = new Walk();
  for (const plain of expandBraces(pattern)) {
    const { root } = path.parse(plain);
    const parts = plain
      .slice(root.length)
      .split("/")
      .filter((part) => part !== "");
    walk.into(root, parts, { depth: 0 });
  }
  return { paths: [...walk.paths].sort(), unreadable: walk.unreadable };
}

interface Level {
  readonly depth: number;
  /** Where `**` began. */
  readonly root: string;
}

interface Entry {
  readonly depth: number;
  /** Whether `**` enters the directories that fit the last part. */
  readonly enters?: boolean;
}

class Walk {
  readonly paths = new Set<string>();
  readonly unreadable: { path: string; why: string }[] = [];

  into(directory: string, parts: readonly string[], { depth, enters = false }: Entry): void {
    const [part, ...rest] = parts;
    if (part === undefined) return;
    if (depth > DEEPEST) {
      this.unreadable.push({ path: directory, why: `lies more than ${DEEPEST} levels deep, and was not entered` });
      return;
    }
    if (part === "**") return this.#anyDepth(directory, rest, { depth, root: directory });
    if (!isGlob(part) && rest.length > 0) return this.into(path.join(directory, part), rest, { depth: depth + 1 });
    const matcher = toRegExp(part);
    for (const entry of this.#list(directory)) {
      if (!matcher.test(entry.name)) continue;
      const full = path.join(directory, entry.name);
      if (rest.length > 0 && !entry.isFile()) this.into(full, rest, { depth: depth + 1 });
      else if (rest.length === 0 && !entry.isDirectory()) this.paths.add(full);
      else if (rest.length === 0 && !enters) this.unreadable.push({ path: full, why: IS_DIRECTORY });
    }
  }

  #anyDepth(directory: string, rest: readonly string[], { depth, root }: Level): void {
    this.into(directory, rest.length === 0 ? ["*"] : rest, { depth, enters: rest.length <= 1 });
    // The next level would only be entered to be called too deep.
    if (depth > DEEPEST) return;
    for (const entry of this.#list(directory)) {
      if (entry.name.startsWith(".")) continue;
      const full = path.join(directory, entry.name);
      if (entry.isDirectory()) this.#anyDepth(full, rest, { depth: depth + 1, root });
      else if (entry.isSymbolicLink() && leadsOut(full, root))
        this.unreadable.push({
          path: full,
          why: "is a link to a directory, which ** does not enter; name it in a pattern of its own",
        });
    }
  }

  #list(directory: string): readonly Dirent[] {
    try {
      return readdirSync(directory === "" ? "." : directory, { withFileTypes: true });
    } catch (thrown) {
      const code = codeOf(thrown);
      // A directory that is not there, or a file in its place, matches nothing; that is an answer.
      if (code !== "ENOENT" && code !== "ENOTDIR")
        this.unreadable.push({ path: directory, why: `cannot be listed (${code})` });
      return [];
    }
  }
}

/** Whether a link shows a directory that the walk from `root` does not come to by itself. */
function leadsOut(link: string, root: string): boolean {
  try {
    if (!statSync(link).isDirectory()) return false;
    const within = path.relative(realpathSync.native(root === "" ? "." : root), realpathSync.native(link));
    return within.split(path.sep).some((part) => part.startsWith("."));
  } catch (thrown) {
    return codeOf(thrown) !== "ENOENT";
  }
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "unknown error";
}

/** `{a,b}` without nesting. */
function expandBraces(pattern: string): readonly string[] {
  const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern);
  if (match === null) return [pattern];
  const [, before = "", choices = "", after = ""] = match;
  return choices.split(",").flatMap((choice) => expandBraces(`${before}${choice}${after}`));
}

function toRegExp(part: string): RegExp {
  const source = part.replace(/\[(!?)([^\]/]+)\]|[*?]|[\\^$.|+(){}[\]]/g, (token, not?: string, set?: string) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\\]^]/g, "\\$&")}]`;
    return `\\${token}`;
  });
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${source}$`, "s");
}
