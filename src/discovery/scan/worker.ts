/** The program of a second thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { Wanted } from "../../ports/log-files.ts";
import type { NewestLine } from "./finder.ts";
import type { Job, JobResult } from "./job.ts";
import type { LineBatch } from "./line-batch.ts";
import { Shared } from "./shared.ts";
import { READS_A_TURN, work } from "./work.ts";

export interface WorkerShare {
  readonly thread: number;
  readonly jobs: readonly Job[];
  readonly wanted: Wanted;
  readonly memory: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: "lines"; readonly job: number; readonly batch: LineBatch }
  | { readonly kind: "newest"; readonly job: number; readonly lines: readonly NewestLine[] }
  | { readonly kind: "done"; readonly job: number; readonly result: JobResult };

const { thread, jobs, wanted, memory } = workerData as WorkerShare;
const shared = new Shared(memory);
const send = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer);

const steps = work(
  { jobs, wanted, shared },
  {
    lines: (job, batch) => {
      shared.sent(thread, batch.bytes.length);
      send({ kind: "lines", job, batch }, [batch.bytes.buffer, batch.places.buffer]);
      shared.waitForRoom(thread);
    },
    newest: (job, lines) => send({ kind: "newest", job, lines }),
    done: (job, result) => send({ kind: "done", job, result }),
  },
);

async function run(): Promise<void> {
  let reads = 0;
  for (const _read of steps) {
    if (shared.stopped) break;
    reads += 1;
    if (reads % READS_A_TURN !== 0) continue;
    await new Promise(setImmediate);
  }
}

void run();
