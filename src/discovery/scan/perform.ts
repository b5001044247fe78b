import { readSync } from "node:fs";
import type { Finder } from "./finder.ts";
import { scanGzip } from "./gzip.ts";
import type { Job, JobResult } from "./job.ts";
import { LineScanner, type LineSink } from "./line-scanner.ts";
import { scanRange } from "./range.ts";

const NEWLINE = 10;
const READING = { plain: scanRange, gzip: scanGzip } as const;

/** Yields the bytes read of the file, each time after 1 MiB or so; 0 if there was none to tell of. */
export function* perform(job: Job, finder: Finder, sink: LineSink): Generator<number, JobResult> {
  const { from, numbered, tailed } = job;
  const scanner = new LineScanner(finder, sink, { byteOffset: from, withinLine: isWithinLine(job), numbered, tailed });
  const failure = yield* guarded(READING[job.packing](job, scanner));
  return { totals: scanner.end(), ...(failure === undefined ? {} : { failure }) };
}

function isWithinLine({ descriptor, from }: Job): boolean {
  if (from === 0) return false;
  const before = Buffer.alloc(1);
  try {
    return readSync(descriptor, before, 0, 1, from - 1) === 0 || before[0] !== NEWLINE;
  } catch {
    // The reading that follows fails too, and says so.
    return true;
  }
}

/** The system's error when a file cannot be read on is no defect of ours. */
function* guarded(reading: Generator<number, string | undefined>): Generator<number, string | undefined> {
  try {
    return yield* reading;
  } catch (thrown) {
    if (thrown instanceof Error && "syscall" in thrown)
      return `cannot be read (${String("code" in thrown ? thrown.code : "")})`;
    throw thrown;
  }
}
