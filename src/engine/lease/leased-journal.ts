/**
 * A journal whose run is leased. Local durability comes first. Before every effect:
 * - all of the journal is mirrored, and the lease names a line of it, so that a colleague finds each intent;
 * - then the lock keys and the lease are read again, in this order, which detects a take-over in the meantime. Answers
 *   that came before a stop of this process are asked for again.
 *
 * If the place cannot be reached, appends go on (reads may), and no effect begins: `checkFence` says `unreachable`.
 *
 * The lease is written again at an interval, also inside a long step. Two looks at it show that this process lives,
 * even if its clock is wrong.
 */
import type { EvidenceRef } from "../../action.ts";
import { asRecoverError, type RecoverError, refuse } from "../../errors.ts";
import { type Entry, type EntryBody, unitName } from "../journal/entry.ts";
import type { Journal, LinedJournal } from "../journal/journal.ts";
import type { ClaimState } from "./claim.ts";
import type { LeasedLocks } from "./leased-locks.ts";
import type { Mirror } from "./mirror.ts";
import type { RunLease } from "./run-lease.ts";

export interface LeasedParts {
  readonly lease: RunLease;
  readonly mirror: Mirror;
  readonly locks: Pick<LeasedLocks, "check">;
  /** Of the machine: the clock of a rehearsal leaps. */
  readonly wallMs: () => number;
}

/** Milliseconds after which a look at the lease is too old to act on: this process was stopped, or its machine slept. */
const FRESH_MS = 5_000;
/** Looks that are all too old mean a place that answers too slowly. */
const MOST_LOOKS = 3;

export class LeasedJournal implements Journal {
  readonly #journal: LinedJournal;
  readonly #lease: RunLease;
  readonly #mirror: Mirror;
  readonly #locks: LeasedParts["locks"];
  readonly #wallMs: LeasedParts["wallMs"];
  #step: string;
  #fenced: RecoverError | undefined;
  /** One push at a time. */
  #pushing: Promise<void> | undefined;
  #beats: NodeJS.Timeout | undefined;

  constructor(journal: LinedJournal, { lease, mirror, locks, wallMs }: LeasedParts) {
    this.#journal = journal;
    this.#lease = lease;
    this.#mirror = mirror;
    this.#locks = locks;
    this.#wallMs = wallMs;
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

  get isBrought(): boolean {
    return this.#journal.isBrought === true;
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
    if (entry.type === "step-started") this.#step = unitName(entry);
    // A failure here is tried again before the next effect, and reported there.
    this.#pushSoon().catch(() => undefined);
    return entry;
  }

  async checkFence(): Promise<void> {
    this.#assertOurs();
    await this.#journal.checkFence();
    await this.#pushAll();
    await this.#orFenced(async () => {
      if (this.#isUntold) await this.#lease.tell(this.#standing());
      for (let looks = 1; !(await this.#lookFreshly()); looks += 1) if (looks === MOST_LOOKS) throw tooSlow();
    });
  }

  /** Looks at locks and lease. Whether the answers are young enough to act on; a clock that leaps makes it look again. */
  async #lookFreshly(): Promise<boolean> {
    const asked = this.#wallMs();
    await this.#locks.check();
    await this.#lease.check();
    return Math.abs(this.#wallMs() - asked) < FRESH_MS;
  }

  async keep(name: string, content: string): Promise<EvidenceRef> {
    this.#assertOurs();
    return this.#journal.keep(name, content);
  }

  recall(evidence: EvidenceRef): Promise<string> {
    return this.#journal.recall(evidence);
  }

  /** From now on, each `everyMs`. A beat that fails is heard of before the next effect. */
  beatEvery(everyMs: number): void {
    let isBeating = false;
    const beat = async (): Promise<void> => {
      // If the place does not answer, one waits for it and no more.
      if (isBeating) return;
      isBeating = true;
      await this.#beat().catch(() => undefined);
      isBeating = false;
    };
    this.#beats = setInterval(() => void beat(), everyMs).unref();
  }

  async #beat(): Promise<void> {
    if (!this.isFenced) await this.#orFenced(() => this.#lease.renew(() => this.#standing()));
  }

  /** Mirrors what is left and lets the run go, or says that it stays. Errors: `fenced`; those of the place. */
  async letGo(state: ClaimState): Promise<void> {
    this.#assertOurs();
    await this.#pushAll();
    clearInterval(this.#beats);
    await this.#orFenced(() => this.#lease.tell(this.#standing(), state));
  }

  close(): Promise<void> {
    clearInterval(this.#beats);
    return this.#journal.close();
  }

  async #pushAll(): Promise<void> {
    while (this.#mirror.behind > 0) {
      // One that is under way may have begun before the last lines, and may fail: then this one is the next try.
      await this.#pushing?.catch(() => undefined);
      if (this.#mirror.behind > 0) await this.#pushSoon();
    }
    // It has mirrored, and may not have told yet.
    await this.#pushing?.catch(() => undefined);
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
    if (this.#isUntold) await this.#lease.tell(this.#standing());
  }

  /** The lease does not say yet where the run stands. */
  get #isUntold(): boolean {
    const { step, head } = this.#lease;
    return this.#step !== step || (head === "" && this.#mirror.head !== "");
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

const tooSlow = (): RecoverError =>
  refuse("unreachable", "the store of the lease answers too slowly to tell who carries the run").advise(
    "See to the network and the store. Nothing was changed meanwhile.",
  );
