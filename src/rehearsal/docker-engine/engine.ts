/** One engine that is called, its state kept after every call that changed it. */
import type { DockerAnswer } from "./answer.ts";
import { apply, type DockerCall, isLookForRoom } from "./apply.ts";
import type { DockerEngineState } from "./state.ts";

/** 128 and SIGKILL, as Docker gives it. */
const KILLED = 137;

export class DockerEngine {
  #state: DockerEngineState;
  readonly #now: () => number;
  readonly #changed: (state: DockerEngineState) => void;
  #waiting: (() => void)[] = [];

  constructor(
    state: DockerEngineState,
    now: () => number,
    changed: (state: DockerEngineState) => void = () => undefined,
  ) {
    this.#state = state;
    this.#now = now;
    this.#changed = changed;
  }

  get state(): DockerEngineState {
    return this.#state;
  }

  call(call: Omit<DockerCall, "now">): DockerAnswer {
    const now = this.#now();
    const { state, answer } = apply(this.#state, { ...call, now });
    if (state === this.#state) return answer;
    const { recordedAt = [] } = state;
    const more = state.record.slice(recordedAt.length).map(() => now);
    this.#state = more.length === 0 ? state : { ...state, recordedAt: [...recordedAt, ...more] };
    this.#changed(this.#state);
    for (const wake of this.#waiting.splice(0)) wake();
    return answer;
  }

  /** A look for room lasts as long as its container runs, and is killed with it. */
  async callToItsEnd(call: Omit<DockerCall, "now">, signal: AbortSignal): Promise<DockerAnswer> {
    if (!isLookForRoom(this.#state, call.words)) return this.call(call);
    while (!signal.aborted && isLookForRoom(this.#state, call.words))
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    return { code: KILLED, stdout: "", stderr: "" };
  }
}
