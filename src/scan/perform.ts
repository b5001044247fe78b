import type { Finder } from "./finder.js";
import { scanGzip } from "./gzip.js";
import type { Job, JobResult } from "./job.js";
import { LineScanner, type LineSink } from "./line-scanner.js";
import { scanRange } from "./range.js";

/** Yields the bytes read of the file, each time after 1 MiB or so. */
export function* perform(job: Job, finder: Finder, sink: LineSink): Generator<number, JobResult> {
  const scanner = new LineScanner(finder, sink, { byteOffset: Math.max(0, job.from - 1), withinLine: job.from > 0 });
  const reading = job.packing === "plain" ? scanRange(job, scanner) : scanGzip(job, scanner);
  const failure = yield* guarded(reading);
  return { totals: scanner.end(), ...(failure === undefined ? {} : { failure }) };
}

/** What the system says when a file cannot be read on is no defect of ours. */
function* guarded(reading: Generator<number, string | undefined>): Generator<number, string | undefined> {
  try {
    return yield* reading;
  } catch (thrown) {
    if (thrown instanceof Error && "syscall" in thrown)
      return `cannot be read (${String("code" in thrown ? thrown.code : "")})`;
    throw thrown;
  }
}
