/** Log files as bytes: plain or gzip, named by glob. What could not be read is said, never left out (law 5). */
export interface LogFile {
  readonly path: string;
  /** Bytes inflated, in chunks of at most 1 MiB; may throw `answer-incomplete` in the middle of a damaged file. */
  chunks(): AsyncIterable<Uint8Array>;
  readonly modifiedAt: Date;
}

export interface LogFiles {
  /** The files of the configured or given patterns, "-" being stdin; unreadable ones with the reason. */
  open(patterns: readonly string[]): Promise<{
    readonly files: readonly LogFile[];
    readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  }>;
  /** Patterns of the configuration, for steps that were given none. */
  readonly configured: readonly string[];
}
