/**
 * The journal on disk: `journal.jsonl` in the run's directory (0700, file 0600). See journal.ts for what it promises
 * and padded-file.ts for how an append is made durable.
 *
 * Does not own: who may write (state-directory.ts gives it a fence), or what a state directory looks like.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { EvidenceRef } from "../../action.ts";
import { giveUp, RecoverError, refuse } from "../../errors.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { isBrought } from "./brought-lines.ts";
import { type CleanBody, clean } from "./clean.ts";
import { createDurably, errnoOf, inStateDirectory, makeDirectory, reasonOf, syncDirectory } from "./durable.ts";
import { type Entry, type EntryBody, type EntryHeader, JOURNAL_VERSION } from "./entry.ts";
import { EvidenceStore } from "./evidence.ts";
import type { LinedJournal } from "./journal.ts";
import { encodeLine, joinLine, MAX_LINE_BYTES, sha256 } from "./line.ts";
import { readOwn } from "./own-file.ts";
import { PaddedFile } from "./padded-file.ts";
import { type JournalReading, readJournal } from "./reading.ts";
import { MAX_FIELD_BYTES, spill, unspill } from "./spill.ts";

export const JOURNAL_FILE = "journal.jsonl";

/** Called around every append; tests end the process in it. `seq` counts from 1. */
export interface AppendObserver {
  before?(seq: number): void;
  /** How many bytes of the line to write before `after` is called; undefined: the whole line. */
  torn?(seq: number, length: number): number | undefined;
  after?(seq: number): void;
}

export interface FileJournalOptions {
  /** STATE_DIR/runs/RUN */
  readonly directory: string;
  readonly run: string;
  readonly epoch: number;
  readonly secrets: Secrets;
  readonly now: () => Date;
  /** Throws `fenced` when this process no longer holds the run (J4). */
  readonly checkFence: () => void;
  /** Gives the run up; called once by `close`. */
  readonly release?: () => void;
  readonly observer?: AppendObserver;
}

/** The reading of a directory's journal, with large values put back in. An absent file reads as an empty journal. */
export function readRun(directory: string, secrets: Secrets): JournalReading {
  const file = join(directory, JOURNAL_FILE);
  return inStateDirectory(file, () => {
    const reading = readJournal(bytesOf(file), file);
    const evidence = new EvidenceStore(directory, secrets);
    return { ...reading, entries: reading.entries.map((entry) => unspill(entry, (ref) => evidence.recall(ref))) };
  });
}

/** Bytes of a journal that is held as a whole. One of a run has some hundred KiB. */
export const LARGEST_JOURNAL = 256 * 1024 * 1024;

/** A file that is not there is an empty journal; one that cannot be read is an error (law 5). */
function bytesOf(file: string): Uint8Array {
  try {
    return readOwn(file, { largest: { bytes: LARGEST_JOURNAL, refusal: (size) => tooLarge(file, size) } });
  } catch (thrown) {
    if (errnoOf(thrown) === "ENOENT") return new Uint8Array();
    throw thrown;
  }
}

/** A run that cannot be replayed in memory must not go on by halves. */
function tooLarge(file: string, size: number): RecoverError {
  const run = basename(dirname(file));
  return refuse("journal-too-large", `the journal has ${size} bytes, and ${LARGEST_JOURNAL} are read at most`)
    .at(file)
    .advise(
      `See with "dingo-recover journal verify ${run}" where it stops to be one; put it back from a copy or from the mirror.`,
    );
}

export class FileJournal implements LinedJournal {
  readonly run: string;
  readonly epoch: number;
  readonly isBrought: boolean;
  readonly #options: FileJournalOptions;
  readonly #evidence: EvidenceStore;
  readonly #file: PaddedFile;
  readonly #entries: Entry[];
  readonly #lines: string[];
  #head: string;
  #failure: RecoverError | undefined;
  #closed = false;

  /** Opens for appending; a torn tail is moved aside to `journal.torn-N` first. Errors: `journal-broken`, `journal-too-large`, `state-dir-unusable`. */
  constructor(options: FileJournalOptions) {
    this.run = options.run;
    this.epoch = options.epoch;
    this.#options = options;
    this.#evidence = new EvidenceStore(options.directory, options.secrets);
    const reading = readRun(options.directory, options.secrets);
    this.#entries = [...reading.entries];
    this.#lines = textOf(reading.content).split("\n").slice(0, -1);
    this.#head = reading.head;
    this.isBrought = inStateDirectory(options.directory, () => isBrought(options.directory, reading.entries));
    this.#file = inStateDirectory(options.directory, () => {
      makeDirectory(options.directory);
      if (reading.torn.length > 0) setAside(options.directory, reading.torn);
      return new PaddedFile(join(options.directory, JOURNAL_FILE), reading.content);
    });
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get head(): string {
    return this.#head;
  }

  async append(body: EntryBody): Promise<Entry> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#guarded(() => this.#append(body));
  }

  async checkFence(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#guarded(() => this.#options.checkFence());
  }

  async keep(name: string, content: string): Promise<EvidenceRef> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#guarded(() => this.#evidence.keep(name, content));
  }

  async recall(evidence: EvidenceRef): Promise<string> {
    return this.#evidence.recall(evidence);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
    this.#options.release?.();
  }

  #append(body: EntryBody): Entry {
    const seq = this.#entries.length + 1;
    this.#options.checkFence();
    this.#options.observer?.before?.(seq);
    const time = this.#options.now().toISOString();
    const header = { v: JOURNAL_VERSION, seq, time, run: this.run, epoch: this.epoch, prev: this.#head };
    const { line, entry } = this.#compose(header, clean(body, this.#options.secrets));
    this.#write(seq, Buffer.from(`${line}\n`));
    this.#head = sha256(line);
    this.#entries.push(entry);
    this.#lines.push(line);
    this.#options.observer?.after?.(seq);
    return entry;
  }

  /** The line as it is written, and the entry as a reader of it would get it: large values whole. */
  #compose(header: EntryHeader, cleaned: CleanBody): { readonly line: string; readonly entry: Entry } {
    const { body } = cleaned;
    // The text that was looked through for secrets is the line's: an append is so short that a second encoding counts.
    const short = joinLine(header, cleaned.text);
    if (Buffer.byteLength(short) < MAX_FIELD_BYTES) return { line: short, entry: { ...header, ...body } };
    const spilled = spill(body, (name, content) => this.#evidence.keep(name, content));
    const line = encodeLine({ ...header, ...spilled });
    const bytes = Buffer.byteLength(line) + 1;
    if (bytes > MAX_LINE_BYTES) throw new Error(`a journal line of ${bytes} bytes exceeds 64 KiB`);
    return { line, entry: unspill({ ...header, ...spilled }, (ref) => this.#evidence.recall(ref)) };
  }

  #write(seq: number, line: Uint8Array): void {
    const part = this.#options.observer?.torn?.(seq, line.length);
    if (part === undefined) {
      this.#file.append(line);
      return;
    }
    this.#file.tear(line.subarray(0, part));
    this.#options.observer?.after?.(seq);
    throw new Error("the journal was torn on purpose, but the process went on");
  }

  /** After one failed write nothing is known about the tail: nothing more is written by this process. */
  #guarded<T>(write: () => T): T {
    try {
      return write();
    } catch (thrown) {
      this.#failure = thrown instanceof RecoverError ? thrown : this.#failed(thrown);
      throw this.#failure;
    }
  }

  #failed(thrown: unknown): RecoverError {
    return giveUp("journal-write-failed", `the journal cannot be written: ${reasonOf(thrown)}`)
      .at(join(this.#options.directory, JOURNAL_FILE))
      .advise(
        this.#entries.length === 0
          ? "Nothing was begun. Make room or rights there, then begin again."
          : `Make room or rights there, then continue with "dingo-recover resume ${this.run}".`,
        thrown,
      );
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function setAside(directory: string, torn: Uint8Array): void {
  let number = 1;
  while (existsSync(join(directory, `journal.torn-${number}`))) number += 1;
  createDurably(join(directory, `journal.torn-${number}`), torn);
  syncDirectory(directory);
}
