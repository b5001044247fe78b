/** One thread's share of a search: jobs from the common counter until there are none. */
import type { Wanted } from "../../ports/log-files.ts";
import type { Finder, NewestLine } from "./finder.ts";
import type { Job, JobResult } from "./job.ts";
import { Batches, type LineBatch } from "./line-batch.ts";
import { perform } from "./perform.ts";
import { selectFinder } from "./select-finder.ts";
import type { Shared } from "./shared.ts";

/** Reads between turns of the event loop: so other threads' messages, and the end of a program, are heard. */
export const READS_A_TURN = 8;

export interface Share {
  readonly jobs: readonly Job[];
  readonly wanted: Wanted;
  readonly shared: Shared;
}

export interface Receiver {
  lines(job: number, batch: LineBatch): void;
  /** Each key's newest line in a part of the job's file: another part may have a newer one. */
  newest(job: number, lines: readonly NewestLine[]): void;
  done(job: number, result: JobResult): void;
}

/** Yields after each read; all threads then know of it. A caller that leaves early ends the work that it has begun. */
export function* work(share: Share, receiver: Receiver): Generator<undefined, void> {
  for (const bytes of jobByJob(share, receiver)) {
    share.shared.addRead(bytes);
    yield;
  }
}

/** Yields the bytes of each read. The kept lines of a file are told with the last of its jobs that this thread does. */
function* jobByJob({ jobs, wanted, shared }: Share, receiver: Receiver): Generator<number, void> {
  let finder: Finder | undefined;
  for (let index = shared.nextJob(); index < jobs.length; ) {
    const job = jobs[index];
    if (job === undefined) return;
    const current = index;
    finder ??= selectFinder(wanted);
    const batches = new Batches(
      (batch) => receiver.lines(current, batch),
      (kept) => receiver.newest(current, kept),
    );
    const result = yield* perform(job, finder, batches);
    batches.flush();
    index = shared.nextJob();
    if (jobs[index]?.file !== job.file) receiver.newest(current, finder.takeNewest());
    receiver.done(current, result);
  }
}
