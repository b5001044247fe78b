/**
 * The faults of real stores under load: they ask to slow down when too much is asked at once (503 SlowDown), and now
 * and then a copy answers 200 before it has failed, with the error in its body (S3 API reference, CopyObject).
 */
import { setTimeout as pause } from "node:timers/promises";
import { failure } from "./answers.ts";
import type { StoreAnswer } from "./message.ts";

/** Real milliseconds that a request takes, so that several are under way at once. */
const WORK_MS = 3;

export class Load {
  readonly #atOnce: number;
  readonly #failingCopy: number;
  #underWay = 0;
  #copies = 0;
  /** Requests that were turned away. */
  throttled = 0;

  /** `atOnce` requests are borne; every `failingCopy`-th copy fails after its 200. */
  constructor({ atOnce = Number.POSITIVE_INFINITY, failingCopy = Number.POSITIVE_INFINITY } = {}) {
    this.#atOnce = atOnce;
    this.#failingCopy = failingCopy;
  }

  async bear(operation: string, carryOut: () => StoreAnswer): Promise<StoreAnswer> {
    if (this.#underWay >= this.#atOnce) {
      this.throttled += 1;
      return failure(503, "SlowDown", "Please reduce your request rate.");
    }
    this.#underWay += 1;
    try {
      await pause(WORK_MS);
      if (operation !== "CopyObject") return carryOut();
      this.#copies += 1;
      if (this.#copies % this.#failingCopy !== 0) return carryOut();
      return { ...failure(500, "InternalError", "We encountered an internal error. Please try again."), status: 200 };
    } finally {
      this.#underWay -= 1;
    }
  }
}
