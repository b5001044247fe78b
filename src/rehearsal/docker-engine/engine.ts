/** One engine that is called, its state kept after every call that changed it. */
import type { DockerAnswer } from "./answer.ts";
import { apply, type DockerCall } from "./apply.ts";
import type { DockerEngineState } from "./state.ts";

export class DockerEngine {
  #state: DockerEngineState;
  readonly #now: () => number;
  readonly #changed: (state: DockerEngineState) => void;

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
    return answer;
  }
}
