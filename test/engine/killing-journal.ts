/** A journal whose process dies at the n-th append; the next process opens the file that it left behind. */
import type { EvidenceRef } from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";

/** "torn" leaves half a line, which the next process moves aside: to it, the entry never was. */
export type KillPoint = { readonly at: number; readonly how: "before" | "torn" | "after" };

export class KillingJournal implements Journal {
  readonly #inner: Journal;
  readonly #kill: KillPoint | undefined;
  #dead = false;
  /** Runs when the process dies: every later act of it is an error of the engine. */
  onDeath: () => void = () => undefined;

  constructor(inner: Journal, kill?: KillPoint) {
    this.#inner = inner;
    this.#kill = kill;
  }

  get run(): string {
    return this.#inner.run;
  }

  get epoch(): number {
    return this.#inner.epoch;
  }

  get entries(): readonly Entry[] {
    return this.#inner.entries;
  }

  get head(): string {
    return this.#inner.head;
  }

  async append(body: EntryBody): Promise<Entry> {
    if (this.#dead) throw killed();
    const kill = this.#kill;
    if (kill === undefined || this.entries.length + 1 !== kill.at) return this.#inner.append(body);
    if (kill.how === "after") await this.#inner.append(body);
    this.#dead = true;
    this.onDeath();
    throw killed();
  }

  async checkFence(): Promise<void> {
    if (this.#dead) throw killed();
    return this.#inner.checkFence();
  }

  async keep(name: string, content: string): Promise<EvidenceRef> {
    if (this.#dead) throw killed();
    return this.#inner.keep(name, content);
  }

  recall(evidence: EvidenceRef): Promise<string> {
    return this.#inner.recall(evidence);
  }

  async close(): Promise<void> {}
}

function killed(): RecoverError {
  return new RecoverError("journal-write-failed", "killed", { remedy: "Resume." });
}
