/**
 * The state directory: STATE_DIR/runs/RUN/{journal.jsonl, events.jsonl, evidence/}, STATE_DIR/locks/.
 * The only place that knows these paths and that opens a journal for writing.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { type Arrival, type BroughtRun, settleIn } from "./brought-run.ts";
import { errnoOf, inStateDirectory, makeDirectory, OWNER_ONLY_DIRECTORY, syncDirectory } from "./durable.ts";
import { type AppendObserver, FileJournal, JOURNAL_FILE, readRun } from "./file-journal.ts";
import { KeyLocks } from "./key-locks.ts";
import { LockFile } from "./locks.ts";
import { livenessOf } from "../../kit/process/process-identity.ts";
import { readOwn, requireOwnPart, requireOwnRoot } from "./own-file.ts";
import type { JournalReading } from "./reading.ts";
import { isRunId, newRunId } from "./run-id.ts";
import { endOf } from "./entry.ts";
import { RunLock } from "./run-lock.ts";

export interface StateDirectoryOptions {
  /** STATE_DIR */
  readonly path: string;
  readonly secrets: Secrets;
  readonly now: () => Date;
  readonly observer?: AppendObserver;
}

/** A run that this process carries. */
export interface OpenRun {
  readonly run: string;
  /** STATE_DIR/runs/RUN */
  readonly directory: string;
  readonly journal: FileJournal;
  readonly locks: KeyLocks;
}

export interface OpenOptions {
  readonly takeOver: boolean;
  /** Opens one that has succeeded as well, to be undone. */
  readonly back?: boolean;
  /** Opens one that has ended in any way, to write down what came behind its end (E6). */
  readonly behind?: boolean;
  /** Opens one that was moved as well: where it is taken in. */
  readonly handedOver?: boolean;
  /** An epoch that somebody has had: a take-over counts on from there. */
  readonly above?: number;
}

export class StateDirectory {
  readonly #options: StateDirectoryOptions;

  constructor(options: StateDirectoryOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  directoryOf(run: string): string {
    return join(this.#options.path, "runs", run);
  }

  /** Ids of all runs, oldest first. */
  list(): readonly string[] {
    const runs = join(this.#options.path, "runs");
    return inStateDirectory(runs, () => {
      this.#requireOwn();
      return namesIn(runs).filter(isRunId).sort();
    });
  }

  /** The run that a prefix names. Errors: `run-not-found`, `run-ambiguous`. */
  find(prefix: string): string {
    const all = this.list();
    const fitting = all.includes(prefix) ? [prefix] : all.filter((run) => run.startsWith(prefix));
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) return only;
    throw only === undefined
      ? refuse("run-not-found", `no run begins with ${quoted(prefix)}`)
          .at(this.#options.path)
          .advise('List all runs with "dingo-recover runs"; another state directory is named with --state-dir DIR.')
      : refuse("run-ambiguous", `${quoted(prefix)} may be any of ${fitting.join(", ")}`).advise(
          "Type more of the run's name.",
        );
  }

  /** Reads a run's journal without touching it. Errors: `journal-broken`, `journal-version`, `state-dir-unusable`. */
  read(run: string): JournalReading {
    inStateDirectory(this.#options.path, () => this.#requireOwn(run));
    return readRun(this.directoryOf(run), this.#options.secrets);
  }

  /** The journal as it lies there, sound or not; undefined if nobody can look into it. */
  textOf(run: string): string | undefined {
    try {
      this.#requireOwn(run);
      return readOwn(join(this.directoryOf(run), JOURNAL_FILE)).toString("utf8");
    } catch {
      return undefined;
    }
  }

  /** Whether a living process carries the run; one on another host, or in another container, counts as living. */
  isCarried(run: string): boolean {
    const holder = new LockFile(this.#options.path, `run ${run}`).read();
    return holder !== undefined && livenessOf(holder) !== "dead";
  }

  /** A new run with an empty journal. Errors: `state-dir-unusable`. */
  create(): OpenRun {
    const run = inStateDirectory(this.#options.path, () => this.#makeRunDirectory());
    try {
      return this.#open(run, { epoch: 0, takeOver: false });
    } catch (thrown) {
      this.discard(run);
      throw thrown;
    }
  }

  /**
   * Carries a run on.
   * Errors: `locked`, `journal-broken`, `journal-version`, `state-dir-unusable`, `run-ended`.
   */
  open(run: string, options: OpenOptions): OpenRun {
    const { entries } = this.read(run);
    const outcome = endOf(entries)?.outcome;
    const isMeant =
      options.behind === true ||
      (options.back === true && outcome === "succeeded") ||
      (options.handedOver === true && outcome === "handed-over");
    if (outcome !== undefined && !isMeant) throw ended(run, outcome);
    const epoch = Math.max(entries.at(-1)?.epoch ?? 0, options.above ?? 0);
    return this.#open(run, { epoch, takeOver: options.takeOver });
  }

  /**
   * Takes in a run that was carried elsewhere; `open` carries it on. Errors: `locked` if a process carries it here,
   * `state-dir-unusable`, `journal-broken` if the one that is here is.
   */
  bring(brought: BroughtRun): Arrival {
    const { path, now } = this.#options;
    const { run } = brought;
    const directory = this.directoryOf(run);
    return inStateDirectory(directory, () => {
      this.#requireOwn(run);
      makeDirectory(directory);
      const here = this.read(run);
      const epoch = here.entries.at(-1)?.epoch ?? 0;
      const lock = RunLock.acquire({ stateDirectory: path, run, epoch, takeOver: false, now: now() });
      try {
        return settleIn(directory, brought, this.read(run));
      } finally {
        lock.release();
      }
    });
  }

  /** Removes the remains of a run that never came to its first entry. Errors leave them. */
  discard(run: string): void {
    try {
      if (this.read(run).entries.length === 0) rmSync(this.directoryOf(run), { recursive: true, force: true });
    } catch {
      // An empty run does no harm.
    }
  }

  #open(run: string, from: { readonly epoch: number; readonly takeOver: boolean }): OpenRun {
    const { path, secrets, now, observer } = this.#options;
    const lock = RunLock.acquire({ stateDirectory: path, run, ...from, now: now() });
    try {
      const journal = new FileJournal({
        directory: this.directoryOf(run),
        run,
        epoch: lock.epoch,
        secrets,
        now,
        checkFence: () => lock.check(),
        release: () => lock.release(),
        ...(observer === undefined ? {} : { observer }),
      });
      const isOpen = (other: string): boolean => this.#isOpen(other);
      const isReadable = (other: string): boolean => this.#endOf(other) !== "unreadable";
      const locks = new KeyLocks({ stateDirectory: path, run, epoch: lock.epoch, now, isOpen, isReadable });
      return { run, directory: this.directoryOf(run), journal, locks };
    } catch (thrown) {
      lock.release();
      throw thrown;
    }
  }

  /** Nobody else chooses what is read and written here; `run`: its directory as well. */
  #requireOwn(run?: string): void {
    requireOwnRoot(this.#options.path);
    const ours = [join(this.#options.path, "runs"), join(this.#options.path, "locks")];
    const its = run === undefined ? [] : [this.directoryOf(run), join(this.directoryOf(run), "evidence")];
    for (const part of [...ours, ...its]) requireOwnPart(part);
  }

  #makeRunDirectory(): string {
    const runs = join(this.#options.path, "runs");
    this.#requireOwn();
    makeDirectory(runs);
    for (;;) {
      const run = newRunId(this.#options.now());
      try {
        mkdirSync(join(runs, run), { mode: OWNER_ONLY_DIRECTORY });
        syncDirectory(runs);
        return run;
      } catch (thrown) {
        if (errnoOf(thrown) !== "EEXIST") throw thrown;
      }
    }
  }

  /** A run whose journal cannot be read counts as open (law 5); one without a journal never began. */
  #isOpen(run: string): boolean {
    return this.#endOf(run) !== "ended";
  }

  #endOf(run: string): "open" | "ended" | "unreadable" {
    try {
      const { entries } = this.read(run);
      return entries.length > 0 && endOf(entries) === undefined ? "open" : "ended";
    } catch (thrown) {
      if (thrown instanceof RecoverError) return "unreadable";
      throw thrown;
    }
  }
}

/** Nothing there is empty; a directory that cannot be looked into is not (law 5). */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (thrown) {
    if (errnoOf(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

function ended(run: string, outcome: string): RecoverError {
  if (outcome === "handed-over")
    return refuse("run-ended", `run ${run} was moved: it goes on elsewhere (handed-over)`)
      .at(run)
      .advise(
        `Go on where it was taken in. If it arrived nowhere, take it in with another state directory: dingo-recover resume --state-dir DIR --from STATE_DIR/runs/${run}.`,
      );
  return refuse("run-ended", `run ${run} has ended (${outcome})`)
    .at(run)
    .advise(
      `Read its report with "dingo-recover report ${run} --format markdown", or begin another with "dingo-recover run".`,
    );
}
