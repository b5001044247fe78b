/**
 * Whether an archive is that of an instance just created: the only kind that is ever moved aside (dingo.md §8.31).
 * A fresh instance makes one base backup and three segments, one more at each stop and every ten minutes
 * (real-parts.md §1.3, §1.4).
 */
import type { Rows } from "../../ports/object-store.ts";
import type { ArchiveEntry } from "../reading/facts.ts";
import { counted } from "../../kit/text/counted.ts";

/** Of an instance that was just made, with room for a few stops. */
const MOST_SEGMENTS = 16;
/** `archive_timeout`: in that time an idle instance archives one segment, and a busy one archives more (dingo.md §3.5). */
const ARCHIVE_TIMEOUT_MS = 10 * 60 * 1000;
/** The broker may have moved the node since: that is a failover, which adds a timeline and a base backup. */
const MOST_BASES = 2;
const MOST_TIMELINES = 2;
/** The cloud controller's clock and the store's may differ by this much. */
const CLOCK_TOLERANCE_MS = 60 * 1000;

export interface Freshness {
  readonly fresh: boolean;
  /** Why not; empty if it is. */
  readonly reasons: readonly string[];
  readonly objects: number;
  readonly bytes: number;
}

/**
 * `restored`: its container ran over a copy of an older archive, by itself. Its writes then are on a timeline after
 * that archive's last, with any number.
 */
export function judgeFresh(
  entries: Rows<ArchiveEntry>,
  createdAt: Date,
  { restored = false }: { readonly restored?: boolean } = {},
): Freshness {
  const earliest = createdAt.getTime() - CLOCK_TOLERANCE_MS;
  const old = entries.find(({ info }) => !(Date.parse(info.lastModified) >= earliest));
  const reasons = [
    ...(old === undefined ? [] : [`"${old.relative}" is older than the instance (${old.info.lastModified})`]),
    ...tooMany(entries, createdAt),
    ...entries.flatMap((entry) => foreign(entry, restored ? Infinity : MOST_TIMELINES)).slice(0, 3),
  ];
  const bytes = entries.reduce((sum, { info }) => sum + info.size, 0);
  return { fresh: reasons.length === 0, reasons, objects: entries.length, bytes };
}

function tooMany(entries: Rows<ArchiveEntry>, createdAt: Date): readonly string[] {
  const bases = new Set(entries.flatMap(({ kind }) => ("base" in kind ? [kind.base.name] : [])));
  const segments = entries.filter(({ kind }) => kind.kind === "segment").length;
  const newest = Math.max(...entries.map(({ info }) => Date.parse(info.lastModified)), createdAt.getTime());
  const idle = Math.floor((newest - createdAt.getTime()) / ARCHIVE_TIMEOUT_MS);
  return [
    ...(bases.size > MOST_BASES ? [`it has ${counted(bases.size, "base backup")}`] : []),
    ...(segments > MOST_SEGMENTS + idle ? [`it has ${counted(segments, "WAL segment")}`] : []),
  ];
}

function foreign({ relative, kind }: ArchiveEntry, most: number): readonly string[] {
  switch (kind.kind) {
    case "sysid":
      return [];
    case "segment":
    case "backup-history":
    case "partial-segment":
      return ofTimeline(relative, kind.segment.timeline, most);
    case "timeline-history":
      return ofTimeline(relative, kind.timeline, most);
    case "sentinel":
    case "part":
    case "extended-version":
      return ofTimeline(relative, kind.base.start.timeline, most);
    default:
      return [`"${relative}" is nothing that a fresh instance writes`];
  }
}

function ofTimeline(relative: string, timeline: number, most: number): readonly string[] {
  return timeline <= most ? [] : [`"${relative}" is of timeline ${timeline}`];
}
