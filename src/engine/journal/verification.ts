/** `journal verify`: is this journal whole, and is it the one whose head hash was written down? */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceRef } from "../../action.ts";
import { RecoverError, refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import { Secrets } from "../../kit/secrets/secrets.ts";
import { inStateDirectory } from "./durable.ts";
import type { Entry } from "./entry.ts";
import { EvidenceStore, referencesIn } from "./evidence.ts";
import { JOURNAL_FILE } from "./file-journal.ts";
import { broken } from "./reading.ts";
import { type JournalScan, scanJournal } from "./scan.ts";
import { unspill } from "./spill.ts";

export interface JournalVerification {
  readonly file: string;
  readonly ok: boolean;
  readonly lines: number;
  readonly head: string;
  /** Bytes of a torn last line: no break, it is moved aside by the next resume. */
  readonly tornBytes: number;
  /** The line whose hash is the given head: the last line, if none was written since. */
  readonly headLine?: number;
  /** The defect, with the place `FILE:LINE`. */
  readonly error?: RecoverError;
}

/** `directory` is STATE_DIR/runs/RUN. Throws only what is not about the journal's content. */
export function verifyJournal(directory: string, head?: string): JournalVerification {
  const file = join(directory, JOURNAL_FILE);
  const none = { file, ok: false, lines: 0, head: "", tornBytes: 0 };
  if (!existsSync(file))
    return {
      ...none,
      error: refuse("journal-broken", "the journal is missing")
        .at(file)
        .advise("Put the file back from a copy or from the mirror."),
    };
  try {
    const { headLine, ...scanned } = readThrough(directory, head?.toLowerCase());
    const found = { file, ...scanned };
    if (head === undefined) return { ...found, ok: true };
    if (headLine !== undefined) return { ...found, ok: true, headLine };
    return {
      ...found,
      ok: false,
      error: refuse("journal-broken", "no line of the journal has the given head hash: its tail was cut or changed")
        .at(`${file}:${found.lines}`)
        .advise(
          "Put the file back from a copy or from the mirror, and compare the head hash with the one in the report.",
        ),
    };
  } catch (thrown) {
    if (thrown instanceof RecoverError && thrown.code.startsWith("journal-")) return { ...none, error: thrown };
    throw thrown;
  }
}

/** Line by line: a file of any size can be looked through. */
function readThrough(directory: string, head: string | undefined): JournalScan & { readonly headLine?: number } {
  const file = join(directory, JOURNAL_FILE);
  const evidence = new EvidenceStore(directory, new Secrets());
  let headLine: number | undefined;
  const scan = inStateDirectory(file, () =>
    scanJournal(file, (entry, hash) => {
      checkEvidence(evidence, entry, file);
      if (hash === head) headLine ??= entry.seq;
    }),
  );
  return { ...scan, ...optional("headLine", headLine) };
}

/** Of a journal that was read, and whose chain holds therefore: is all evidence that it names there, ours, and as it was? */
export function evidenceHolds(directory: string, named: readonly EvidenceRef[]): boolean {
  const evidence = new EvidenceStore(directory, new Secrets());
  try {
    for (const reference of named) evidence.recall(reference);
    return true;
  } catch (thrown) {
    if (thrown instanceof RecoverError) return false;
    throw thrown;
  }
}

/** Every evidence file that the line names is there and is what was stored. Throws `journal-broken` with the line. */
function checkEvidence(evidence: EvidenceStore, entry: Entry, file: string): void {
  try {
    const whole = unspill(entry, (reference) => evidence.recall(reference));
    for (const reference of referencesIn(whole)) evidence.recall(reference);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    throw broken(file, entry.seq, `names evidence that does not hold: ${thrown.message}`);
  }
}
