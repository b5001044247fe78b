/** One thread's share of a search: jobs from the common counter until there are none. */
import type { Wanted } from "../ports/log-files.js";
import type { Finder } from "./finder.js";
import type { Job, JobResult } from "./job.js";
import { Batches, type LineBatch } from "./line-batch.js";
import { type NewestLine, NewestLines } from "./newest-lines.js";
import { perform } from "./perform.js";
import { needlesOf, selectFinder } from "./select-finder.js";
import type { Shared } from "./shared.js";

export interface Share {
  readonly jobs: readonly Job[];
  readonly wanted: Wanted;
  readonly shared: Shared;
}

export type NewestEntries = readonly NewestLine[];

export interface Receiver {
  lines(job: number, batch: LineBatch): void;
  done(job: number, result: JobResult, newest: NewestEntries): void;
}

/** Yields after each read. What is kept of a file's lines is told with the last of its jobs that this thread does. */
export function* work({ jobs, wanted, shared }: Share, receiver: Receiver): Generator<void, void> {
  let finder: Finder | undefined;
  let newest: NewestLines | undefined;
  for (let index = shared.nextJob(); index < jobs.length; ) {
    const job = jobs[index];
    if (job === undefined) return;
    const current = index;
    finder ??= selectFinder(needlesOf(wanted));
    if (wanted.newest !== undefined) newest ??= new NewestLines(wanted.newest, wanted.needles.length);
    const batches = new Batches((batch) => receiver.lines(current, batch), newest);
    const steps = perform(job, finder, batches);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      shared.addRead(step.value);
      yield;
      if (shared.stopped) return;
    }
    batches.flush();
    index = shared.nextJob();
    const more = jobs[index]?.file === job.file;
    receiver.done(current, step.value, more ? [] : [...(newest?.entries() ?? [])]);
    if (!more) newest = undefined;
  }
}
