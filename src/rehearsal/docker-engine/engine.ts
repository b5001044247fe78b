/** One engine that is called, its state kept after every call that changed it. */
import type { Ended } from "../ended.ts";
import { apply, type DockerCall, isLookForRoom } from "./apply.ts";
import type { DockerEngineState } from "./state.ts";

/** 128 and SIGKILL, as Docker gives it. */
const KILLED = 137;

export class DockerEngine {
  #state: DockerEngineState;
  readonly #now: () => number;
  readonly #changed: (state: DockerEngineState) => void;
  readonly #looks = new Set<() => void>();

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

  call(call: Omit<DockerCall, "now">): Ended {
    const now = this.#now();
    const { state, answer } = apply(this.#state, { ...call, now });
    if (state === this.#state) return answer;
    const { recordedAt = [] } = state;
    const more = state.record.slice(recordedAt.length).map(() => now);
    this.#state = more.length === 0 ? state : { ...state, recordedAt: [...recordedAt, ...more] };
    this.#changed(this.#state);
    for (const look of this.#looks) look();
    return answer;
  }

  /** A look for room lasts as long as its container runs, and is killed with it. */
  async callToItsEnd(call: Omit<DockerCall, "now">, signal: AbortSignal): Promise<Ended> {
    const lasts = (): boolean => isLookForRoom(this.#state, call.words);
    if (!lasts()) return this.call(call);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!signal.aborted && lasts()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      signal.addEventListener("abort", look, { once: true });
      look();
    });
    return { code: KILLED, stdout: "", stderr: "" };
  }
}
