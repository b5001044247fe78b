/**
 * Searches open files in several threads: this one, and a worker if there is enough to read for it to be worth its
 * start.
 */
import type { Worker } from "node:worker_threads";
import { ownWorker } from "../../kit/process/own-files.ts";
import type { FoundLine, SearchProgress, SearchTotals, Wanted } from "../../ports/log-files.ts";
import { FileResults } from "./file-results.ts";
import { LONGEST_LINE, type NewestLine } from "./finder.ts";
import type { Job, JobResult } from "./job.ts";
import type { LineBatch } from "./line-batch.ts";
import { EDGE } from "./line-scanner.ts";
import type { Section } from "./section.ts";
import { Shared } from "./shared.ts";
import { READS_A_TURN, type Receiver, work } from "./work.ts";
import type { WorkerMessage, WorkerShare } from "./worker.ts";

const RANGE = 64 * 1024 * 1024;
/**
 * With several threads, one takes no more than this part of the rest, so that none waits long for another's last range.
 */
const SHARES = 4;
const SMALLEST = 8 * 1024 * 1024;
/** Plain bytes that one thread reads in the time in which another would start. */
const WORTH_A_WORKER = 256 * 1024 * 1024;
/**
 * A range that ends so far before the end need not keep its last bytes: the ranges behind it have enough, though one
 * may begin within a line.
 */
const LAST_BYTES = EDGE + LONGEST_LINE;
/** The cost of a packed byte, as a multiple of a plain one's. */
const PACKED_COST = 40;
/** A thread makes little garbage: with this limit it does not let it grow. */
const YOUNG = { maxYoungGenerationSizeMb: 2 } as const;
/** Each takes some 15 MiB. */
const MOST_THREADS = 4;

export interface OpenFile {
  readonly descriptor: number;
  readonly size: number;
  readonly packing: Job["packing"];
  /** Of a plain file, the part to search: lines that begin in it, without numbers. An empty one searches nothing. */
  readonly section?: Section | undefined;
}

export interface SearchOptions {
  readonly found: (file: number, line: FoundLine) => void;
  readonly progress?: ((progress: SearchProgress) => void) | undefined;
  /** As many threads at most; by default one for each processor. */
  readonly threads?: number;
  /** Bytes of a plain file that are one job. */
  readonly range?: number;
}

/** One answer for each file. Throws the errors of `found`. */
export async function searchFiles(
  files: readonly OpenFile[],
  wanted: Wanted,
  options: SearchOptions,
): Promise<readonly SearchTotals[]> {
  const search = new Search(files, wanted, options);
  return await search.run();
}

class Search {
  readonly #wanted: Wanted;
  readonly #options: SearchOptions;
  readonly #jobs: readonly (Job & { readonly part: number })[];
  readonly #results: readonly FileResults[];
  readonly #total: number;
  readonly #threads: number;
  readonly #shared: Shared;
  #undone: number;
  #wake: (() => void) | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(files: readonly OpenFile[], wanted: Wanted, options: SearchOptions) {
    this.#wanted = wanted;
    this.#options = options;
    const threads = options.threads ?? threadsFor(files);
    this.#jobs = jobsOf(files, options.range ?? RANGE, threads > 1 ? SHARES : 1);
    this.#undone = this.#jobs.length;
    this.#results = files.map(({ section }, index) => {
      const parts = this.#jobs.filter((job) => job.file === index).length;
      return new FileResults(parts, section === undefined, (line) => options.found(index, line));
    });
    this.#total = files.reduce((sum, file) => sum + bytesOf(file), 0);
    this.#threads = Math.min(threads, this.#jobs.length);
    this.#shared = Shared.create(Math.max(1, this.#threads));
  }

  async run(): Promise<readonly SearchTotals[]> {
    const workers = Array.from({ length: Math.max(0, this.#threads - 1) }, (_each, index) => this.#start(index + 1));
    try {
      await this.#work();
      while (this.#undone > 0 && this.#failure === undefined) await this.#sent();
      if (this.#failure !== undefined) throw this.#failure.thrown;
    } finally {
      this.#shared.stop(this.#threads);
      await Promise.all(workers.map(async (worker) => await worker.terminate()));
    }
    return this.#results.map((result) => result.totals());
  }

  async #work(): Promise<void> {
    const share = { jobs: this.#jobs, wanted: this.#wanted, shared: this.#shared };
    let reads = 0;
    for (const _read of work(share, this.#receiver(0))) {
      reads += 1;
      if (reads % READS_A_TURN !== 0) continue;
      this.#tellProgress();
      await new Promise(setImmediate);
      while (this.#shared.isFull(0) && this.#failure === undefined) await this.#sent();
      if (this.#failure !== undefined) return;
    }
  }

  #start(thread: number): Worker {
    const { memory } = this.#shared;
    const workerData: WorkerShare = { thread, jobs: this.#jobs, wanted: this.#wanted, memory };
    const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
    const { source, eval: isSource } = ownWorker();
    const worker = new NodeWorker(source, {
      eval: isSource,
      workerData,
      execArgv: [],
      resourceLimits: YOUNG,
    });
    const receiver = this.#receiver(thread);
    worker.on("message", (message: WorkerMessage) => {
      try {
        if (message.kind === "lines") receiver.lines(message.job, message.batch);
        else if (message.kind === "newest") receiver.newest(message.job, message.lines);
        else receiver.done(message.job, message.result);
      } catch (thrown) {
        this.#failure ??= { thrown };
      }
      this.#wake?.();
    });
    worker.on("error", (thrown) => {
      this.#failure ??= { thrown };
      this.#wake?.();
    });
    return worker;
  }

  #receiver(thread: number): Receiver {
    const sent = thread === 0 ? (bytes: number) => this.#shared.sent(0, bytes) : () => undefined;
    return {
      lines: (job: number, batch: LineBatch) => {
        const bytes = batch.bytes.length;
        sent(bytes);
        const { file = 0, part = 0 } = this.#jobs[job] ?? {};
        this.#results[file]?.lines(part, batch, () => this.#shared.taken(thread, bytes));
      },
      newest: (job: number, lines: readonly NewestLine[]) => this.#results[this.#jobs[job]?.file ?? 0]?.newest(lines),
      done: (job: number, result: JobResult) => {
        const { file = 0, part = 0 } = this.#jobs[job] ?? {};
        this.#undone -= 1;
        this.#results[file]?.done(part, result);
      },
    };
  }

  /** Until another thread has sent something. */
  async #sent(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#tellProgress();
  }

  #tellProgress(): void {
    this.#options.progress?.({ read: Math.min(this.#shared.read, this.#total), total: this.#total });
  }
}

function jobsOf(
  files: readonly OpenFile[],
  range: number,
  shares: number,
): readonly (Job & { readonly part: number })[] {
  const jobs: (Job & { readonly part: number })[] = [];
  let left = files.reduce((sum, file) => sum + bytesOf(file), 0);
  for (const [file, { descriptor, size, packing, section }] of files.entries()) {
    const { from: begin, to: end } = section ?? { from: 0, to: size };
    const known = { file, descriptor, packing, size, numbered: section === undefined };
    for (let from = begin, part = 0; from < end; part += 1) {
      const width = packing === "plain" ? Math.min(range, Math.max(SMALLEST, Math.ceil(left / shares))) : size;
      const to = Math.min(end, from + width);
      jobs.push({ ...known, part, from, to, tailed: end - to < LAST_BYTES });
      left -= to - from;
      from = to;
    }
  }
  return jobs;
}

function bytesOf({ size, section = { from: 0, to: size } }: OpenFile): number {
  return section.to - section.from;
}

function threadsFor(files: readonly OpenFile[]): number {
  const cost = files.reduce((sum, file) => sum + bytesOf(file) * (file.packing === "plain" ? 1 : PACKED_COST), 0);
  const worthwhile = Math.min(MOST_THREADS, 1 + Math.floor(cost / WORTH_A_WORKER));
  return worthwhile === 1 ? 1 : Math.min(worthwhile, process.getBuiltinModule("node:os").availableParallelism());
}
