/** Gathers the facts about a loss, the same for each step that tells one. */
import { lastTransactionIn } from "./reading/last-transaction.ts";
import type { ArchiveFacts } from "./reading/facts.ts";
import { notReadText } from "./judgement/assembly.ts";
import { whichText } from "./judgement/loss.ts";
import { segmentKey } from "./names/layout.ts";
import type { ArchiveVerdict } from "./judgement/verdict.ts";
import type { LossFacts } from "./loss.ts";
import type { ObjectReader } from "../ports/object-store.ts";

/** How the life of the deleted instance ended, as far as that is known. */
export interface End {
  /** ISO 8601; "" when it is not known. */
  readonly deletedAt: string;
  /** The last segment of an orderly end that its log shows; "" when no log shows one. */
  readonly cleanStop: string;
  /** Something of it was found on a cell. */
  readonly left: boolean;
  /** It lived on after its deletion. */
  readonly livedOn: boolean;
  /** Its own database's directory, when that is recovered and not the archive; "" for the archive. */
  readonly ownDatabase: string;
}

/** Errors: those of a store that does not answer. */
export async function lossFactsOf(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { verdict, end }: { readonly verdict: ArchiveVerdict; readonly end: End },
): Promise<LossFacts> {
  const { recoveryPoint: point, loss } = verdict;
  const lost = end.ownDatabase === "" && loss.segments > 0;
  return {
    segments: lost ? loss.segments : 0,
    which: lost ? `${whichText(loss)}${storedWhen(verdict, facts)}` : "",
    lastTransaction: point === null ? "" : await lastTransactionIn(reader, facts, point.segment),
    stored: point?.time ?? "",
    deletedAt: end.livedOn ? "" : end.deletedAt,
    shown: shownBy(verdict, end),
    readInFull: notReadText(verdict.look) === "",
    ownDirectory: end.ownDatabase !== "",
  };
}

/**
 * The database's own directory shows nothing: it may be that of a node that ended long before. Nor does a segment that
 * was stored within seconds of the deletion: another may have been open.
 */
function shownBy({ recoveryPoint }: ArchiveVerdict, { ownDatabase, cleanStop, left, livedOn }: End): string {
  if (ownDatabase !== "") return "";
  const last = recoveryPoint?.segment;
  if (last === undefined || last !== cleanStop || left || livedOn) return "";
  return `the log shows that its server ended in an orderly way, and its last segment ${last} is in the archive`;
}

/** Of the segments behind a gap: owners know times, not names. */
function storedWhen({ unreachable }: ArchiveVerdict, { entries }: ArchiveFacts): string {
  const beyond = new Set(unreachable.map(segmentKey));
  const times = entries.filter(({ relative }) => beyond.has(relative)).map(({ info }) => info.lastModified);
  const [first, last] = [times.reduce(earlier, ""), times.reduce(later, "")];
  return first === "" ? "" : `, stored from ${first} to ${last}`;
}

const earlier = (a: string, b: string): string => (a === "" || b < a ? b : a);
const later = (a: string, b: string): string => (b > a ? b : a);
