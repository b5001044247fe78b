/** The runbook that a run is carried on with. */
import type { EvidenceRef } from "../../action.ts";
import { type Entry, startOf } from "../../engine/journal/entry.ts";
import { EvidenceStore } from "../../engine/journal/evidence.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import { DEFAULT_RUNBOOK } from "../process/default-runbook.ts";
import { secrets } from "../process/failure.ts";
import { isShipped } from "../process/runbook-files.ts";
import { openRunbook, runbookOfText } from "../process/shipped-runbooks.ts";

/**
 * The runbook of the run. A shipped one is found by the name in the journal. A file of the operator's may have moved or
 * changed, so its evidence counts: the text that the run began with, or that was accepted since. `directory` is the
 * run's. Errors: `runbook-invalid`; `journal-broken` if that text is gone.
 */
export function begunRunbook(directory: string, entries: readonly Entry[]): Runbook {
  return begunRunbookBy(entries, (kept) => new EvidenceStore(directory, secrets).recall(kept));
}

/** The same for a journal that lies in no state directory; `recall` reads its evidence. */
export function begunRunbookBy(entries: readonly Entry[], recall: (kept: EvidenceRef) => string): Runbook {
  const started = startOf(entries);
  // Without one, in a rehearsal, it was killed before its first entry.
  if (started === undefined || isShipped(started.runbook)) return openRunbook(started?.runbook ?? DEFAULT_RUNBOOK);
  const kept = begunTextOf(started, entries);
  return runbookOfText(recall(kept), kept.name);
}

type Started = Extract<Entry, { type: "run-started" }>;

/** The evidence with the text that the run began with, or that was accepted since. */
export function begunTextOf(started: Started, entries: readonly Entry[]): EvidenceRef {
  return entries.findLast((entry) => entry.type === "runbook-accepted")?.runbookText ?? started.runbookText;
}
