/** Base backups as far as a listing and their sentinels tell (wal-archives.md §2, "Is a base backup restorable?"). */
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.js";
import type { BaseName } from "../names/layout.js";
import { segmentName, type Segment } from "../names/segment.js";
import { parseSentinel, type ParsedSentinel } from "../names/sentinel.js";
import { holesIn, numbersIn, sizeOf, type Span } from "../names/spans.js";
import { counted } from "../../counted.js";

/** WAL-E puts at most this many bytes of members into one tar part. */
const PART_MEMBER_BYTES = 1_610_612_736;

export interface BaseBackup extends BaseName {
  /** Undefined where there is no sentinel: the push never finished, or goes on. */
  readonly sentinel: ParsedSentinel | undefined;
  /** The store's time of the sentinel: what WAL-E's LATEST goes by. */
  readonly completedAt: string | undefined;
  readonly versionText: string | null | undefined;
  readonly parts: readonly { readonly index: number; readonly size: number }[];
}

/** Every base backup that any object names, by name. */
export function collectBases(facts: ArchiveFacts): readonly BaseBackup[] {
  const entries = new Map<string, ArchiveEntry[]>();
  for (const entry of facts.entries) {
    if (!("base" in entry.kind)) continue;
    const { name } = entry.kind.base;
    const group = entries.get(name);
    if (group === undefined) entries.set(name, [entry]);
    else group.push(entry);
  }
  return [...entries.values()]
    .flatMap((group) => collectBase(facts, group) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Why the objects of the base itself are not whole; undefined where they are. */
export function incompleteBecause(base: BaseBackup): string | undefined {
  if (base.sentinel === undefined) return "it has no sentinel: its upload never finished";
  if (!base.sentinel.ok) return `its sentinel ${base.sentinel.why}`;
  if (base.parts.length === 0) return "it has no tar parts";
  const gap = base.parts.findIndex((part, position) => part.index !== position);
  if (gap >= 0) return `tar part ${gap} is missing`;
  const empty = base.parts.find((part) => part.size === 0);
  if (empty !== undefined) return `tar part ${empty.index} is empty`;
  const least = Math.ceil(base.sentinel.sentinel.expandedBytes / PART_MEMBER_BYTES);
  if (base.parts.length < least) return `it needs at least ${counted(least, "tar part")} and has ${base.parts.length}`;
  return undefined;
}

/** Why PostgreSQL would not reach a consistent state from this base; undefined where the WAL it needs is there. */
export function inconsistentBecause(base: BaseBackup, stop: Segment, present: readonly Span[]): string | undefined {
  if (stop.timeline !== base.start.timeline) return "it begins and ends on different timelines";
  if (stop.number < base.start.number) return "its sentinel names a stop before its start";
  const holes = holesIn(present, base.start.number, stop.number);
  if (holes.length === 0) return undefined;
  const names = numbersIn(holes, 3).map((number) => segmentName({ timeline: stop.timeline, number }));
  const more = sizeOf(holes) - names.length;
  return `WAL that it needs is missing: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** `9.6.24` out of the text of `select version()`; undefined where it says nothing of the kind. */
export function postgresVersion(base: BaseBackup): string | undefined {
  return /^PostgreSQL ([0-9]+(?:\.[0-9]+)*)/.exec(base.versionText ?? "")?.[1];
}

/** Data directories of the same major version are compatible: two numbers before 10, one since. */
export function majorVersion(version: string): string {
  const [first = "", second = ""] = version.split(".");
  return Number(first) >= 10 ? first : `${first}.${second}`;
}

function collectBase(facts: ArchiveFacts, entries: readonly ArchiveEntry[]): BaseBackup | undefined {
  const first = entries[0]?.kind;
  if (first === undefined || !("base" in first)) return undefined;
  const sentinel = entries.find((entry) => entry.kind.kind === "sentinel");
  const version = entries.find((entry) => entry.kind.kind === "extended-version");
  const parts = entries.flatMap((entry) =>
    entry.kind.kind === "part" ? [{ index: entry.kind.index, size: entry.info.size }] : [],
  );
  return {
    ...first.base,
    sentinel: sentinel === undefined ? undefined : readSentinel(facts.texts.get(sentinel.relative)),
    completedAt: sentinel?.info.lastModified,
    versionText: version === undefined ? undefined : facts.texts.get(version.relative),
    parts: parts.sort((a, b) => a.index - b.index),
  };
}

function readSentinel(text: string | null | undefined): ParsedSentinel {
  if (typeof text === "string") return parseSentinel(text);
  return { ok: false, format: "broken", why: "is far too large" };
}
