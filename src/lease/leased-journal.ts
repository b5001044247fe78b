/**
 * A journal whose run is leased. Local durability comes first; before every effect all of it is mirrored and the lease is
 * read again, in this order, so that nothing begins whose intent a colleague could not find.
 *
 * Where the place cannot be reached, appends go on (reads may), and no effect begins: `checkFence` says `unreachable`.
 */
import type { EvidenceRef } from "../action.js";
import { asRecoverError, type RecoverError } from "../errors.js";
import type { Entry, EntryBody } from "../journal/entry.js";
import type { Journal, LinedJournal } from "../journal/journal.js";
import type { ClaimState } from "./claim.js";
import type { Mirror } from "./mirror.js";
import type { RunLease } from "./run-lease.js";

export class LeasedJournal implements Journal {
  readonly #journal: LinedJournal;
  readonly #lease: RunLease;
  readonly #mirror: Mirror;
  #step: string;
  #fenced: RecoverError | undefined;
  /** One push at a time. */
  #pushing: Promise<void> | undefined;

  constructor(journal: LinedJournal, { lease, mirror }: { readonly lease: RunLease; readonly mirror: Mirror }) {
    this.#journal = journal;
    this.#lease = lease;
    this.#mirror = mirror;
    this.#step = lease.step;
  }

  get run(): string {
    return this.#journal.run;
  }

  get epoch(): number {
    return this.#journal.epoch;
  }

  get entries(): readonly Entry[] {
    return this.#journal.entries;
  }

  get head(): string {
    return this.#journal.head;
  }

  /** How many lines a colleague would not find. */
  get behind(): number {
    return this.#mirror.behind;
  }

  get isFenced(): boolean {
    return this.#fenced !== undefined;
  }

  async append(body: EntryBody): Promise<Entry> {
    this.#assertOurs();
    const entry = await this.#journal.append(body);
    if (entry.type === "step-started")
      this.#step = entry.item === undefined ? entry.step : `${entry.step}[${entry.item}]`;
    // What fails here is tried again before the next effect, and heard of there.
    this.#pushSoon().catch(() => undefined);
    return entry;
  }

  async checkFence(): Promise<void> {
    this.#assertOurs();
    await this.#journal.checkFence();
    await this.#pushAll();
    await this.#orFenced(() => this.#lease.check());
  }

  async keep(name: string, content: string): Promise<EvidenceRef> {
    this.#assertOurs();
    return this.#journal.keep(name, content);
  }

  recall(evidence: EvidenceRef): Promise<string> {
    return this.#journal.recall(evidence);
  }

  /** Mirrors what is left and lets the run go, or says that it stays. Errors: `fenced`; those of the place. */
  async letGo(state: ClaimState): Promise<void> {
    this.#assertOurs();
    await this.#pushAll();
    await this.#orFenced(() => this.#lease.tell(this.#standing(), state));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #pushAll(): Promise<void> {
    while (this.#mirror.behind > 0) {
      // One that is under way may have begun before the last lines, and may fail: then this one is the next try.
      await this.#pushing?.catch(() => undefined);
      if (this.#mirror.behind > 0) await this.#pushSoon();
    }
  }

  #pushSoon(): Promise<void> {
    this.#pushing ??= this.#orFenced(() => this.#push()).finally(() => {
      this.#pushing = undefined;
    });
    return this.#pushing;
  }

  /** The lease is read first: a process that was taken over asks the store for no change at all. */
  async #push(): Promise<void> {
    await this.#lease.check();
    await this.#mirror.push();
    if (this.#step !== this.#lease.step) await this.#lease.tell(this.#standing());
  }

  #standing(): { readonly step: string; readonly head: string } {
    return { step: this.#step, head: this.#mirror.head };
  }

  async #orFenced(work: () => Promise<void>): Promise<void> {
    this.#assertOurs();
    try {
      await work();
    } catch (thrown) {
      const error = asRecoverError(thrown);
      if (error.code === "fenced") this.#fenced = error;
      throw error;
    }
  }

  #assertOurs(): void {
    if (this.#fenced !== undefined) throw this.#fenced;
  }
}
