/**
 * Faults of own actions that no awaited call throws: an error in a timer, a promise that nobody waits for, an end of the
 * process, a call that waits for nothing. Each one is told as a fault of its action.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { reportFailure } from "../process/failure.ts";

/** Turns what an own action threw into the error that names it; `late`: its call was over by then. */
export type Telling = (thrown: unknown, late: boolean) => unknown;

/** Tells in a timer, or behind a promise, which call of an own action began it. */
const calls = new AsyncLocalStorage<OwnCall>();
const waiting = new Set<OwnCall>();

class OwnCall {
  readonly #tell: Telling;
  #fail: ((error: unknown) => void) | undefined;
  #hasFailed = false;

  constructor(tell: Telling) {
    this.#tell = tell;
  }

  /** Settles as the answer does, or rejects with the first fault beside it. */
  async settled<T>(answer: Promise<T>): Promise<T> {
    const fault = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    waiting.add(this);
    try {
      return await Promise.race([answer, fault]);
    } finally {
      waiting.delete(this);
      this.#fail = undefined;
    }
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The first fault counts: later ones only follow from it. */
  fail(thrown: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    if (this.#fail === undefined) hear(this.#tell(thrown, true));
    else this.#fail(this.#tell(thrown, false));
  }
}

/** Errors: what the call throws, as it is; a fault beside it, as `tell` has it. */
export function inOwnCall(call: () => unknown, tell: Telling): unknown {
  const own = new OwnCall(tell);
  const answer = calls.run(own, call);
  return answer instanceof Promise ? own.settled(answer) : answer;
}

/** Also behind a timer or a promise that such a call began. */
export const isInOwnCall = (): boolean => calls.getStore() !== undefined;

/** Throws in a call of which a fault was heard: it was answered by that, and may still be going on. */
export function requireNoFault(): void {
  if (calls.getStore()?.hasFailed === true) throw new Error("this call has failed already");
}

const toStderr = (error: unknown): void => void reportFailure(error, false);
let hear = toStderr;

/** From now on it is told of each fault whose call was over. */
export function hearLateFaults(listener: (error: unknown) => void): void {
  hear = listener;
}

let isWatching = false;

/** From the first module of own actions on. */
export function watchOwnFaults(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("uncaughtException", (thrown) => {
    const own = calls.getStore();
    if (own !== undefined) return own.fail(thrown);
    process.exit(reportFailure(thrown, false));
  });
  process.on("beforeExit", () => {
    for (const own of waiting) own.fail(new Error("it waits for something that cannot come any more"));
  });
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const own = calls.getStore();
    if (own === undefined) return exit(code);
    const error = new Error("it ended the process with process.exit");
    own.fail(error);
    throw error;
  };
}
