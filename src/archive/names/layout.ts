/**
 * What a key below an archive is: WAL-E's storage version 005, the same from 0.9.2 to 1.1.1, and Dingo's
 * `sysids/sysid` (wal-archives.md §1). Keys are given relative to the archive.
 */
import { parseSegment, type Segment } from "./segment.js";

export interface BaseName {
  /** `base_000000010000000000000002_00000040` */
  readonly name: string;
  readonly start: Segment;
  /** Bytes into the start segment. The name carries it in decimal, unlike the `.backup` file's hex. */
  readonly offset: number;
}

export type KeyKind =
  | { readonly kind: "sentinel"; readonly base: BaseName }
  | { readonly kind: "extended-version"; readonly base: BaseName }
  | { readonly kind: "part"; readonly base: BaseName; readonly index: number }
  | { readonly kind: "segment"; readonly segment: Segment }
  | { readonly kind: "backup-history"; readonly segment: Segment; readonly offset: number }
  | { readonly kind: "timeline-history"; readonly timeline: number }
  | { readonly kind: "partial-segment"; readonly segment: Segment }
  | { readonly kind: "sysid" }
  /** A segment or part in another compression than lzop, or none. */
  | { readonly kind: "other-compression"; readonly segment?: Segment }
  /** A segment name that does not fit segments of 16 MiB. */
  | { readonly kind: "other-segment-size" }
  | { readonly kind: "wal-g" }
  | { readonly kind: "unknown" };

export const SYSID_KEY = "sysids/sysid";

/** Decides by the name alone. */
export function classify(relative: string): KeyKind {
  if (relative === SYSID_KEY) return { kind: "sysid" };
  if (relative.startsWith("wal_005/")) return classifyWal(relative.slice("wal_005/".length));
  if (relative.startsWith("basebackups_005/")) return classifyBase(relative.slice("basebackups_005/".length));
  return { kind: "unknown" };
}

export function segmentKey(name: string): string {
  return `wal_005/${name}.lzo`;
}

export function sentinelKey(baseName: string): string {
  return `basebackups_005/${baseName}_backup_stop_sentinel.json`;
}

/** Undefined where it is no name that WAL-E gives. */
export function baseNamed(name: string): BaseName | undefined {
  const kind = classify(sentinelKey(name));
  return kind.kind === "sentinel" ? kind.base : undefined;
}

function classifyWal(name: string): KeyKind {
  const history = /^([0-9A-F]{8})\.history\.lzo$/.exec(name);
  if (history !== null) return { kind: "timeline-history", timeline: Number.parseInt(history[1] ?? "", 16) };
  const match = /^([0-9A-F]{24})(?:\.([0-9A-F]{8})\.backup|\.(partial))?(\.[a-z0-9]+)?$/.exec(name);
  if (match === null) return { kind: "unknown" };
  const [, segmentText = "", offset, partial, extension] = match;
  const segment = parseSegment(segmentText);
  if (segment === undefined) return { kind: "other-segment-size" };
  if (extension !== ".lzo") return { kind: "other-compression", segment };
  if (offset !== undefined) return { kind: "backup-history", segment, offset: Number.parseInt(offset, 16) };
  return { kind: partial === undefined ? "segment" : "partial-segment", segment };
}

function classifyBase(path: string): KeyKind {
  // WAL-G names a base without an offset, and a delta with the one it builds on.
  if (/^base_[0-9A-F]{24}(?:_D_[0-9A-F]{24}.*|_backup_stop_sentinel\.json|\/.*)$/s.test(path)) return { kind: "wal-g" };
  const match = /^(base_([0-9A-F]{24})_([0-9]{8}))(_backup_stop_sentinel\.json|\/.+)$/s.exec(path);
  if (match === null) return { kind: "unknown" };
  const [, name = "", segmentText = "", offset = "", rest = ""] = match;
  const start = parseSegment(segmentText);
  if (start === undefined) return { kind: "other-segment-size" };
  return classifyInBase({ name, start, offset: Number.parseInt(offset, 10) }, rest);
}

function classifyInBase(base: BaseName, rest: string): KeyKind {
  if (rest === "_backup_stop_sentinel.json") return { kind: "sentinel", base };
  if (rest === "/extended_version.txt") return { kind: "extended-version", base };
  if (rest === "/metadata.json" || rest === "/files_metadata.json") return { kind: "wal-g" };
  const part = /^\/tar_partitions\/part_([0-9]+)\.tar(\.[a-z0-9]+)?$/.exec(rest);
  if (part === null) return { kind: "unknown" };
  const [, index = "", extension] = part;
  if (extension !== ".lzo" || index.length !== 8) return { kind: "other-compression" };
  return { kind: "part", base, index: Number.parseInt(index, 10) };
}
