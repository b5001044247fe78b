/**
 * The journal and the state that follows from it, always in step: state changes only by appending (I1). After a
 * failed append nothing more may be done (I3).
 */
import type { JsonObject } from "../../action.ts";
import { type ErrorCode, RecoverError } from "../../errors.ts";
import type { EntryBody } from "../journal/entry.ts";
import type { Journal } from "../journal/journal.ts";
import { advance, replay } from "./replay.ts";
import type { RunState } from "./state.ts";

/** After these this process may not even write down what happened. */
const ENDS: readonly ErrorCode[] = ["fenced", "journal-write-failed"];

export class Ledger {
  readonly journal: Journal;
  #state: RunState;
  #hasBegun = false;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(journal: Journal) {
    this.journal = journal;
    this.#state = replay(journal.entries);
  }

  get state(): RunState {
    return this.#state;
  }

  /** Whether this process has begun or resumed the run. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  async append(body: EntryBody): Promise<RunState> {
    const entry = await this.#orLost(() => this.journal.append(body));
    // Only now: actions may record from several calls at once.
    this.#state = advance(this.#state, entry);
    this.#hasBegun ||= entry.type === "run-started" || entry.type === "run-resumed";
    return this.#state;
  }

  async keep(name: string, content: string): ReturnType<Journal["keep"]> {
    return this.#orLost(() => this.journal.keep(name, content));
  }

  /** Errors: `fenced`, and then nothing more may be done; any other, and then nobody can tell: no effect may begin. */
  async checkFence(): Promise<void> {
    this.assertSound();
    try {
      await this.journal.checkFence();
    } catch (thrown) {
      if (!(thrown instanceof RecoverError) || ENDS.includes(thrown.code)) this.#failure = { thrown };
      throw thrown;
    }
  }

  async #orLost<T>(call: () => Promise<T>): Promise<T> {
    this.assertSound();
    try {
      return await call();
    } catch (thrown) {
      this.#failure = { thrown };
      throw thrown;
    }
  }

  /** Throws what the failed append threw: an action that swallowed or wrapped it does not get any further. */
  assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}

/** A value as plain JSON: undefined fields and prototypes gone, as the journal would give it back. */
export function plain(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
