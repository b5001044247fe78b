/** Log files: plain or packed, named by glob. Unreadable parts are reported, never left out. */

export interface LogFile {
  readonly path: string;
  readonly modifiedAt: Date;
}

export interface FoundLine {
  /** From 1; absent if the search skipped ahead. */
  readonly line?: number;
  /** Of the line's first byte, in the inflated text. */
  readonly byteOffset: number;
  /** Without the newline; a view that holds only until the callback returns, but for a line with a key. */
  readonly bytes: Uint8Array;
  /** It is longer than 1 MiB, and only its beginning was searched. */
  readonly cut: boolean;
  /** It is the last one of this key (`NewestOfKey`). */
  readonly key?: string;
}

/** Of lines with this needle and no other, only the last of each key is told, at the end of its file and unnumbered. */
export interface NewestOfKey {
  readonly needle: string;
  /** The key is the `length` bytes before the first `before`; a line without it is told as any other. */
  readonly before: string;
  readonly length: number;
  /** So many bytes at the end of the line belong to the key too. */
  readonly ending: number;
}

/** Needles are ASCII, two bytes or longer and without newlines; the shortest sets the speed. */
export interface Wanted {
  readonly needles: readonly string[];
  readonly newest?: NewestOfKey;
  /** Words of most lines: a needle is known by a piece of it that they do not hold, if it has one. It changes no answer. */
  readonly common?: string;
}

export interface SearchRequest extends Wanted {
  readonly window?: SearchWindow;
}

/** How a file was read. */
export interface SearchTotals {
  /** Absent if the search skipped ahead. */
  readonly lines?: number;
  /** The first and the last 32 KiB that were searched, for their stamps. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Lines whose end was not searched. */
  readonly cutLines: readonly { readonly line?: number; readonly byteOffset: number }[];
  /** Why the rest was not searched; absent for a file that was read to its end. */
  readonly failure?: string;
  /** Parts of it lie outside the window that was asked for, and were not searched. */
  readonly skipped?: boolean;
}

/** A search in a window may leave out what lies outside it, as far as a file's own lines tell. */
export interface SearchWindow {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /**
   * Makes a reader of a line's time from some lines of the file; undefined if they do not tell. Single lines may still
   * have no time.
   */
  readonly clockOf: (lines: readonly string[]) => ((line: string) => number | undefined) | undefined;
}

export interface SearchProgress {
  /** Bytes of the files as they lie on disk. */
  readonly read: number;
  readonly total: number;
}

export interface SearchListener {
  /** Lines of one file come in their order; several files may be read at a time. */
  readonly found: (file: LogFile, line: FoundLine) => void;
  readonly progress?: (progress: SearchProgress) => void;
}

export interface LogFiles {
  /** The files of the configured or given patterns, "-" being stdin; unreadable ones with the reason. */
  open(patterns: readonly string[]): Promise<{
    readonly files: readonly LogFile[];
    readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  }>;
  /** Searches files that `open` gave; one answer each, in their order. A file that cannot be read fails alone. */
  search(files: readonly LogFile[], wanted: SearchRequest, listener: SearchListener): Promise<readonly SearchTotals[]>;
  /** Whether a line of the file was written in the window; undefined if that cannot be told without reading all of it. */
  hasLineIn(file: LogFile, window: SearchWindow): boolean | undefined;
  /** Patterns of the configuration, for steps that were given none. */
  readonly configured: readonly string[];
}
