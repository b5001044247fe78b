import { RecoverError } from "../../src/errors.ts";
import type { LogFile, LogFiles, SearchListener, SearchTotals, Wanted } from "../../src/ports/log-files.ts";
import { StreamSearch } from "../../src/discovery/scan/stream.ts";

export interface StreamedLog extends LogFile {
  /** Inflated; may throw `answer-incomplete`. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Log files that a test makes up, searched as streams are. */
export class StreamedLogs implements LogFiles {
  readonly configured: readonly string[];
  readonly #files: readonly StreamedLog[];
  readonly #unreadable: readonly { readonly path: string; readonly why: string }[];

  constructor(files: readonly StreamedLog[], unreadable: readonly { path: string; why: string }[] = []) {
    this.#files = files;
    this.#unreadable = unreadable;
    this.configured = files.map(({ path }) => path);
  }

  async open(): ReturnType<LogFiles["open"]> {
    return { files: this.#files, unreadable: this.#unreadable };
  }

  /** Streams are read once. */
  hasLineIn(): undefined {
    return undefined;
  }

  async search(files: readonly LogFile[], wanted: Wanted, { found }: SearchListener): Promise<readonly SearchTotals[]> {
    const totals: SearchTotals[] = [];
    for (const file of this.#files.filter((each) => files.includes(each))) {
      const search = new StreamSearch(wanted, (line) => found(file, line));
      const failure = await breakOf(file, search);
      totals.push({ ...search.end(), ...(failure === undefined ? {} : { failure }) });
    }
    return totals;
  }
}

async function breakOf(file: StreamedLog, search: StreamSearch): Promise<string | undefined> {
  try {
    for await (const chunk of file.chunks()) search.push(chunk);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof RecoverError) return thrown.message;
    throw thrown;
  }
}
