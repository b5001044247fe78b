/** Log files of this machine, and standard input as "-". */
import { createReadStream, statSync } from "node:fs";
import path from "node:path";
import { refuse } from "../../../errors.ts";
import type {
  LogFile,
  LogFiles,
  SearchListener,
  SearchRequest,
  SearchTotals,
  SearchWindow,
} from "../../../ports/log-files.ts";
import { codeOf, expandGlob, IS_DIRECTORY, IS_NO_FILE, isGlob } from "./glob.ts";
import { isTar, whyUnsearched } from "./packed-within.ts";
import { reasonFor } from "./reason.ts";
import { hasLineIn } from "./line-in-window.ts";
import { searchLogs } from "./search-logs.ts";
import { uncoloured } from "./uncoloured.ts";

const CHUNK = 1024 * 1024;

interface Unreadable {
  readonly path: string;
  readonly why: string;
}

export class LocalLogFiles implements LogFiles {
  readonly configured: readonly string[];
  readonly #stdin: AsyncIterable<Uint8Array> | undefined;

  /** `configured`: patterns of the configuration. */
  constructor(configured: readonly string[] = [], stdin?: AsyncIterable<Uint8Array>) {
    this.configured = configured;
    this.#stdin = stdin;
  }

  async open(patterns: readonly string[]): ReturnType<LogFiles["open"]> {
    const files = new Map<string, LogFile>();
    const unreadable: Unreadable[] = [];
    for (const pattern of patterns) {
      if (pattern === "-") files.set("-", { path: "-", modifiedAt: new Date() });
      else openPattern(pattern, files, unreadable);
    }
    return { files: [...files.values()].sort((a, b) => a.modifiedAt.getTime() - b.modifiedAt.getTime()), unreadable };
  }

  async search(
    files: readonly LogFile[],
    request: SearchRequest,
    listener: SearchListener,
  ): Promise<readonly SearchTotals[]> {
    const bytesOf = ({ path }: LogFile) =>
      uncoloured(path === "-" ? inflated(this.#stdin ?? process.stdin, path) : inflated(read(path), path));
    const totals = await searchLogs({ files, bytesOf }, request, listener);
    return await Promise.all(
      totals.map(async (each, index) => {
        const file = files[index];
        return file === undefined || each.failure !== undefined || !isTar(each.head)
          ? each
          : await lookWithin(file, each);
      }),
    );
  }

  hasLineIn(file: LogFile, window: SearchWindow): boolean | undefined {
    return hasLineIn(file, window);
  }
}

/** A tar archive is read once more: files packed within it hold lines that no search sees. */
async function lookWithin(file: LogFile, totals: SearchTotals): Promise<SearchTotals> {
  // It can be read once.
  const why = file.path === "-" ? ON_STDIN : await whyUnsearched(inflated(read(file.path), file.path)).catch(messageOf);
  return why === undefined ? totals : { ...totals, failure: why };
}

const ON_STDIN = "is a tar archive on standard input, and may hold files that are packed once more: name its file";
const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : "cannot be read");

/** The decoders are loaded if a file needs one: that takes longer than the search of a small plain file. */
async function* inflated(source: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const decoders = await import("./inflate.ts");
  yield* decoders.inflated(source, path);
}

function openPattern(pattern: string, files: Map<string, LogFile>, unreadable: Unreadable[]): void {
  // A file may be called like a pattern: the name itself goes first.
  const literal = openFile(pattern);
  if (literal.file !== undefined) files.set(path.resolve(pattern), literal.file);
  else if (!isGlob(pattern)) unreadable.push({ path: pattern, why: literal.why });
  else openGlob(pattern, files, unreadable);
}

function openGlob(pattern: string, files: Map<string, LogFile>, unreadable: Unreadable[]): void {
  const found = expandGlob(pattern);
  unreadable.push(...found.unreadable);
  if (found.paths.length === 0) unreadable.push({ path: pattern, why: "no file fits this pattern" });
  for (const name of found.paths) {
    const opened = openFile(name);
    if (opened.file === undefined) unreadable.push({ path: name, why: opened.why });
    else if (!opened.isRegular) unreadable.push({ path: name, why: IS_NO_FILE });
    else files.set(path.resolve(name), opened.file);
  }
}

type Opened =
  | { readonly file: LogFile; readonly isRegular: boolean }
  | { readonly file?: undefined; readonly why: string };

function openFile(name: string): Opened {
  try {
    const { mtime, isDirectory, isRegular } = status(name);
    if (isDirectory) return { why: IS_DIRECTORY };
    return { file: { path: name, modifiedAt: mtime }, isRegular };
  } catch (thrown) {
    const code = codeOf(thrown);
    return { why: reasonFor(code) };
  }
}

function status(name: string): Record<"isDirectory" | "isRegular", boolean> & { readonly mtime: Date } {
  const found = statSync(name);
  return { mtime: found.mtime, isDirectory: found.isDirectory(), isRegular: found.isFile() };
}

/** Reading may fail although `stat` did not: then the file, or a part of it, was not searched. */
async function* read(name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(name, { highWaterMark: CHUNK }) as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    const code = codeOf(thrown);
    throw refuse("answer-incomplete", `"${name}" ${reasonFor(code)}`)
      .at(name)
      .advise("Give the user of this process the right to read it, or fetch a copy.", thrown);
  }
}
