/**
 * Keys that look like an archive's and that no restore from it asks for: put there by mistake, or left of an attempt.
 * They are treated like any other unknown object, so that none of them hides a part of an archive that is whole.
 */
import { retold } from "../reading/entries.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import type { Restorer } from "./problem.ts";
import { isTooShort } from "./wal.ts";

export function withoutStrays(facts: ArchiveFacts, restorer: Restorer): ArchiveFacts {
  const isStray = strayIn(facts, restorer);
  if (!facts.entries.some(isStray)) return facts;
  return { ...facts, entries: retold(facts.entries, (entry) => (isStray(entry) ? { kind: "unknown" } : entry.kind)) };
}

function strayIn(facts: ArchiveFacts, restorer: Restorer): (entry: ArchiveEntry) => boolean {
  const names = new Set<string>();
  for (const { kind, relative } of facts.entries) if (kind.kind === "other-compression") names.add(twinOf(relative));
  const twins = new Set(
    names.size === 0 ? [] : facts.entries.flatMap(({ relative }) => (names.has(relative) ? [relative] : [])),
  );
  const isOfUsualSize = hasUsualSegments(facts);
  const sentinels = facts.entries.filter(({ kind }) => kind.kind === "sentinel");
  // LATEST takes a sentinel by its date, and its name does not count.
  const mayBeTaken = ({ relative, info }: ArchiveEntry): boolean =>
    restorer === "container" &&
    relative.endsWith(".json") &&
    sentinels.every((each) => each.info.lastModified <= info.lastModified);
  return (entry) => {
    const { kind, relative } = entry;
    switch (kind.kind) {
      case "other-segment-size":
        return !mayBeTaken(entry) && (isOfUsualSize || isTooShort(entry));
      case "other-compression":
        return twins.has(twinOf(relative)) || isTooShort(entry);
      case "timeline-history":
      case "partial-segment":
        return isTooShort(entry);
      case "wal-g":
        return kind.as === undefined;
      default:
        return false;
    }
  };
}

/** The same object as WAL-E packs it. */
const twinOf = (relative: string): string =>
  `${relative.replace(/(?<=\/[0-9A-F]{24}|\.history|\.backup|\.partial|\.tar)\.[a-z0-9]+$/, "")}.lzo`;

/**
 * True when a first page names the size of the archive's segments. Then a name that does not fit that size is no segment of this
 * cluster: one with larger or smaller segments says so in each first page.
 */
function hasUsualSegments({ pages, insides, segmentBytes: own = SEGMENT_BYTES }: ArchiveFacts): boolean {
  const seen = [...(pages?.values() ?? []), ...[...(insides?.values() ?? [])].flatMap(({ page }) => page ?? [])];
  return seen.some(({ segmentBytes }) => segmentBytes === own);
}
