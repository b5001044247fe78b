/** Processes that play schedules of bad weather, one for each core. */
import { type ChildProcess, fork } from "node:child_process";
import type { FaultOrder, FaultReply } from "../../src/cli/fault-worker.js";
import type { Endured, Schedule } from "../../src/rehearsal/weather/trial.js";

type Body<T> = T extends unknown ? Omit<T, "id"> : never;

export class FaultCrew {
  readonly #workers: readonly ChildProcess[];
  #id = 0;

  constructor(program: string, count: number) {
    this.#workers = Array.from({ length: count }, () =>
      fork(program, [], { env: {}, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] }),
    );
  }

  /** Every process records one for itself. The number of journal appends that a schedule may begin at. */
  async record(scenario: string, seed: number): Promise<number> {
    const replies = await Promise.all(
      this.#workers.map((worker) => this.#ask(worker, { is: "record", scenario, seed })),
    );
    return Math.min(...replies.map((reply) => (reply.is === "recorded" ? reply.appends : 0)));
  }

  /** In the process with that number, or as many times round. */
  async endure(lane: number, schedule: Schedule): Promise<Endured> {
    const worker = this.#workers[lane % this.#workers.length];
    if (worker === undefined) throw new Error("there is no worker");
    const reply = await this.#ask(worker, { is: "endure", schedule });
    if (reply.is !== "endured") throw new Error("a worker answered something else");
    return reply.endured;
  }

  dismiss(): void {
    for (const worker of this.#workers) worker.kill();
  }

  #ask(worker: ChildProcess, body: Body<FaultOrder>): Promise<FaultReply> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        const reply = message as FaultReply;
        if (reply.id !== id) return;
        release();
        if (reply.is === "failed") reject(new Error(reply.why));
        else resolve(reply);
      };
      const onExit = (code: number | null): void => {
        release();
        reject(new Error(`a worker ended with ${code ?? "a signal"}`));
      };
      const release = (): void => void worker.off("message", onMessage).off("exit", onExit);
      worker.on("message", onMessage).on("exit", onExit);
      worker.send({ ...body, id });
    });
  }
}
