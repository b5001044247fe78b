import type { ScanTotals } from "./line-scanner.ts";

/**
 * The work that one thread does at a time: a range of a plain file, or all of a packed one. All threads share its
 * descriptor.
 */
export interface Job {
  /** Which of the files. */
  readonly file: number;
  readonly descriptor: number;
  readonly packing: "plain" | "gzip";
  /** Of a plain file: the lines that begin in it. Of a packed one, its size. */
  readonly from: number;
  readonly to: number;
  /** Its lines are counted. */
  readonly numbered: boolean;
  /** Its last bytes are asked for, or may be. */
  readonly tailed: boolean;
  /** Of the whole file, as it was when the search began: it may be written to meanwhile. */
  readonly size: number;
}

export interface JobResult {
  readonly totals: ScanTotals;
  /** Why the rest was not searched. */
  readonly failure?: string;
}
