/**
 * The directory of a run as it was copied from another machine, or lies there within reach. It is read and checked like a
 * mirrored one. Before the run goes on elsewhere it is marked: its journal says that the run was moved.
 */
import { basename, dirname, join } from "node:path";
import { RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { bounded, evidenceOf } from "./brought-evidence.ts";
import type { BroughtRun } from "./brought-run.ts";
import { reasonOf } from "./durable.ts";
import { endOf } from "./entry.ts";
import { EvidenceStore } from "./evidence.ts";
import { FileJournal, JOURNAL_FILE, LARGEST_JOURNAL } from "./file-journal.ts";
import { readOwn } from "./own-file.ts";
import { readJournal } from "./reading.ts";
import { isRunId } from "./run-id.ts";
import { RunLock } from "./run-lock.ts";

export interface CopiedRun extends BroughtRun {
  readonly directory: string;
  /** Hash of the last line before the mark: as the last stop printed it. */
  readonly head: string;
  readonly isMarked: boolean;
}

/** Errors: `usage` if it holds no run; `journal-broken`, `journal-version`, `journal-too-large`. */
export function readCopied(directory: string, secrets: Secrets): CopiedRun {
  const file = join(directory, JOURNAL_FILE);
  const reading = readJournal(bytesOf(file, directory), file);
  const [first] = reading.entries;
  if (first === undefined || !isRunId(first.run)) throw noRun(directory, "its journal has no line");
  if (reading.entries.some(({ run }) => run !== first.run))
    throw refuse("journal-broken", "the journal has lines of another run").at(file).advise("Copy the directory again.");
  const store = new EvidenceStore(directory, secrets);
  const asked = evidenceOf(reading.entries, bounded(directory));
  let step = asked.next();
  while (step.done !== true) step = asked.next(store.recall(step.value));
  const evidence = step.value;
  const isMarked = endOf(reading.entries)?.outcome === "handed-over";
  const head = reading.hashes.at(isMarked ? -2 : -1) ?? reading.head;
  return { run: first.run, reading, evidence, directory, head, isMarked };
}

interface MarkOptions {
  readonly secrets: Secrets;
  readonly now: () => Date;
  /** Also if a process there may live. */
  readonly takeOver: boolean;
}

/**
 * The run that was read, and the mark. Errors: `locked` if a process carries it there; `import-not-accepted` if somebody
 * else has written there since; those of writing.
 */
export async function markMoved(copied: CopiedRun, { secrets, now, takeOver }: MarkOptions): Promise<CopiedRun> {
  if (copied.isMarked) return copied;
  const { directory, run, reading } = copied;
  const epoch = reading.entries.at(-1)?.epoch ?? 0;
  const lock = lockOf(directory, { run, epoch, takeOver, now: now() });
  const journal = new FileJournal({
    ...{ directory, run, secrets, now },
    epoch: lock?.epoch ?? epoch,
    checkFence: () => lock?.check(),
    release: () => lock?.release(),
  });
  try {
    await journal.append({ type: "run-ended", outcome: "handed-over" });
  } finally {
    await journal.close();
  }
  const { reading: marked } = readCopied(directory, secrets);
  const isSame = reading.hashes.every((hash, index) => hash === marked.hashes[index]);
  if (!isSame || marked.hashes.length !== reading.hashes.length + 1) throw swapped(copied);
  return { ...copied, reading: marked, isMarked: true };
}

const swapped = ({ run, directory }: CopiedRun): RecoverError =>
  refuse("import-not-accepted", `the journal of run ${run} has changed after it was read`)
    .at(directory)
    .advise("Nothing was taken in. Look who writes there, then name it again, and read what it says now.");

/** A directory by itself has no locks: they lie in the state directory that it came from. */
function lockOf(
  directory: string,
  request: { readonly run: string; readonly epoch: number; readonly takeOver: boolean; readonly now: Date },
): RunLock | undefined {
  const runs = dirname(directory);
  const isInPlace = basename(runs) === "runs" && basename(directory) === request.run;
  return isInPlace ? RunLock.acquire({ stateDirectory: dirname(runs), ...request }) : undefined;
}

function bytesOf(file: string, directory: string): Uint8Array {
  const refusal = (size: number): RecoverError =>
    refuse("journal-too-large", `the journal has ${size} bytes, and ${LARGEST_JOURNAL} are read at most`)
      .at(file)
      .advise("See what wrote it; no run writes that much.");
  try {
    return readOwn(file, { largest: { bytes: LARGEST_JOURNAL, refusal } });
  } catch (thrown) {
    if (thrown instanceof RecoverError && thrown.code === "journal-too-large") throw thrown;
    throw noRun(directory, reasonOf(thrown));
  }
}

function noRun(directory: string, why: string): RecoverError {
  return refuse("usage", `${quoted(directory)} is no directory of a run: ${why}`)
    .at(directory)
    .advise("Name STATE_DIR/runs/RUN of the other machine, or a whole copy of it; or its mirror, s3://BUCKET/PREFIX.");
}
