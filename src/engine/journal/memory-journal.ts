/** The journal of a dry run and of tests: same promises but for the disk. */
import type { EvidenceRef } from "../../action.ts";
import { giveUp } from "../../errors.ts";
import { Secrets } from "../../kit/secrets/secrets.ts";
import { clean } from "./clean.ts";
import { type Entry, type EntryBody, JOURNAL_VERSION } from "./entry.ts";
import type { Journal } from "./journal.ts";
import { encodeLine, NO_HASH, sha256 } from "./line.ts";

export interface MemoryJournalOptions {
  readonly run: string;
  readonly now: () => Date;
  readonly epoch?: number;
  readonly secrets?: Secrets;
}

export class MemoryJournal implements Journal {
  readonly run: string;
  readonly epoch: number;
  readonly #now: () => Date;
  readonly #secrets: Secrets;
  readonly #entries: Entry[] = [];
  readonly #evidence = new Map<string, string>();
  #head = NO_HASH;

  constructor(options: MemoryJournalOptions) {
    this.run = options.run;
    this.epoch = options.epoch ?? 1;
    this.#now = options.now;
    this.#secrets = options.secrets ?? new Secrets();
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get head(): string {
    return this.#head;
  }

  async append(body: EntryBody): Promise<Entry> {
    const header = {
      v: JOURNAL_VERSION,
      seq: this.#entries.length + 1,
      time: this.#now().toISOString(),
      run: this.run,
    };
    const line = encodeLine({ ...header, epoch: this.epoch, prev: this.#head, ...clean(body, this.#secrets).body });
    const entry = JSON.parse(line) as Entry;
    this.#head = sha256(line);
    this.#entries.push(entry);
    return entry;
  }

  /** Nobody else can hold what lies in this process's memory. */
  async checkFence(): Promise<void> {}

  async keep(name: string, content: string): Promise<EvidenceRef> {
    const masked = this.#secrets.mask(content);
    const digest = sha256(masked);
    this.#evidence.set(digest, masked);
    return { name, sha256: digest, bytes: Buffer.byteLength(masked) };
  }

  async recall(evidence: EvidenceRef): Promise<string> {
    const content = this.#evidence.get(evidence.sha256);
    if (content !== undefined) return content;
    throw giveUp("journal-broken", `the evidence "${evidence.name}" is missing`).advise(
      "Report this: a journal in memory cannot lose evidence.",
    );
  }

  async close(): Promise<void> {}
}
