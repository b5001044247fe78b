/** Processes of their own that record runs and try crash points: one for each core, with an environment from nothing. */
import { type ChildProcess, fork } from "node:child_process";
import type { Recording, RecordOptions, Undisturbed } from "./recording.js";
import type { Trial, Verdict } from "./trial.js";

export type Order =
  | ({ readonly is: "record"; readonly scenario: string } & Omit<RecordOptions, "scenario">)
  | { readonly is: "hold-against"; readonly undisturbed: Undisturbed }
  | { readonly is: "try"; readonly id: number; readonly trial: Trial };

export type Reply =
  | { readonly is: "recorded"; readonly recording: Recording }
  | { readonly is: "failed"; readonly why: string }
  | { readonly is: "tried"; readonly id: number; readonly verdict: Verdict };

/** At once in each process: most of a trial is work, some of it is waiting for programs that were started. */
const AT_ONCE = 2;

export class Crew {
  readonly #workers: readonly ChildProcess[];

  /** `program`: the module that is a worker. */
  constructor(program: string, count: number) {
    this.#workers = Array.from({ length: count }, () =>
      fork(program, [], {
        env: {},
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      }),
    );
  }

  async record({
    scenario,
    ...rest
  }: Omit<RecordOptions, "scenario"> & { readonly scenario: string }): Promise<Recording> {
    const worker = this.#workers[0];
    if (worker === undefined) throw new Error("there is no worker");
    const reply = await ask(
      worker,
      { is: "record", scenario, ...rest },
      ({ is }) => is === "recorded" || is === "failed",
    );
    if (reply.is === "recorded") return reply.recording;
    throw new Error(`the undisturbed run could not be recorded: ${reply.is === "failed" ? reply.why : ""}`);
  }

  /** Every trial once; `tried` hears of each as soon as it is done. */
  async attempt(
    undisturbed: Undisturbed,
    trials: readonly Trial[],
    tried: (verdict: Verdict, index: number) => void,
  ): Promise<void> {
    let next = 0;
    const hand = async (worker: ChildProcess): Promise<void> => {
      for (;;) {
        const id = next;
        const trial = trials[id];
        if (trial === undefined) return;
        next += 1;
        const reply = await ask(worker, { is: "try", id, trial }, (each) => each.is === "tried" && each.id === id);
        if (reply.is === "tried") tried(reply.verdict, id);
      }
    };
    for (const worker of this.#workers) worker.send({ is: "hold-against", undisturbed } satisfies Order);
    await Promise.all(this.#workers.flatMap((worker) => Array.from({ length: AT_ONCE }, () => hand(worker))));
  }

  dismiss(): void {
    for (const worker of this.#workers) worker.kill();
  }
}

function ask(worker: ChildProcess, order: Order, fits: (reply: Reply) => boolean): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      const reply = message as Reply;
      if (!fits(reply)) return;
      release();
      resolve(reply);
    };
    const onExit = (code: number | null): void => {
      release();
      reject(new Error(`a process of the crash matrix ended with ${code ?? "a signal"}`));
    };
    const release = (): void => {
      worker.off("message", onMessage).off("exit", onExit);
    };
    worker.on("message", onMessage).on("exit", onExit);
    worker.send(order);
  });
}
