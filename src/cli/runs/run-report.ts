/** The report of a saved run, with what its state directory knows beside the journal. */
import type { EvidenceRef } from "../../action.ts";
import type { Entry } from "../../engine/journal/entry.ts";
import { EvidenceStore, referencesIn } from "../../engine/journal/evidence.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { evidenceHolds } from "../../engine/journal/verification.ts";
import { abridged, shortTableOf } from "../../report/abridged.ts";
import type { ReportedBatch } from "../../report/batch.ts";
import type { ReportDocument } from "../../report/document.ts";
import { incidentReport, type ReportOptions } from "../../report/incident.ts";
import { batchStateOf, reportedBatch } from "./batch-state.ts";
import { secrets } from "../process/failure.ts";
import { readOnce } from "./read-once.ts";
import { waysOf } from "./ways.ts";

export interface RunReport {
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly holds: boolean;
  readonly document: ReportDocument;
}

/** `isAbridged`: a person reads it, so a very long part has its beginning and its end alone. */
export function reportOf(
  directory: StateDirectory,
  run: string,
  { isAbridged }: { readonly isAbridged: boolean },
): RunReport {
  const { entries, head } = directory.read(run);
  const named = referencesIn(entries);
  const holds = evidenceHolds(directory.directoryOf(run), named);
  const batch = batchIn(directory, entries);
  const carried = directory.isCarried(run);
  const document = incidentReport(
    entries,
    { holds, head },
    {
      carried,
      ...(carried || batch !== undefined ? {} : { ways: waysOf(run, entries) }),
      batch,
      picture: archivePicture(named, new EvidenceStore(directory.directoryOf(run), secrets)),
      ...(isAbridged ? { tableOf: shortTableOf } : {}),
    },
  );
  return { entries, head, holds, document: isAbridged ? abridged(document) : document };
}

/** Undefined if the run has agreed on no batch. */
export function batchIn(directory: StateDirectory, entries: readonly Entry[]): ReportedBatch | undefined {
  const saved = readOnce(directory);
  const batch = batchStateOf(saved, entries);
  return batch === undefined ? undefined : reportedBatch(saved, batch);
}

/** The picture of the archive when it was verified; the chain detects a lost or changed file. */
function archivePicture(named: readonly EvidenceRef[], evidence: EvidenceStore): ReportOptions["picture"] {
  const kept = named.findLast(({ name }) => name === ARCHIVE_PICTURE);
  if (kept === undefined) return undefined;
  try {
    return { kind: "picture", title: PICTURE_TITLE, svg: evidence.recall(kept) };
  } catch {
    return undefined;
  }
}

const ARCHIVE_PICTURE = "archive-picture.svg";
const PICTURE_TITLE = "The WAL of the source archive, with its base backups and its recovery point";
