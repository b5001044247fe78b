/**
 * Tells the kind of a key below an archive: WAL-E's storage version 005, the same from 0.9.2 to 1.1.1, Dingo's
 * `sysids/sysid` (wal-archives.md §1), and WAL-G's files in the same folders (WAL-G v0.2.19
 * internal/backup_push_handler.go, internal/storage_tar_ball.go; 43fb039 utility/utility.go). Keys are given relative
 * to the archive.
 */
import { packingOf } from "./packing.ts";
import { parseSegment, SEGMENT_BYTES, type Segment, segmentAt } from "./segment.ts";

export interface BaseName {
  /** `base_000000010000000000000002_00000040` */
  readonly name: string;
  readonly start: Segment;
  /** Bytes into the start segment. WAL-E's name carries it in decimal, unlike the `.backup` file's hex; WAL-G's has none. */
  readonly offset?: number;
}

/** Keys that both tools write. */
type CommonKind =
  | { readonly kind: "sentinel"; readonly base: BaseName }
  | { readonly kind: "part"; readonly base: BaseName; readonly index: number }
  | { readonly kind: "segment"; readonly segment: Segment }
  | { readonly kind: "backup-history"; readonly segment: Segment; readonly offset: number }
  | { readonly kind: "timeline-history"; readonly timeline: number }
  | { readonly kind: "partial-segment"; readonly segment: Segment };

/** Keys that only WAL-G writes; `classify` gives these as part of `wal-g`. */
type WalgKind =
  | { readonly kind: "metadata"; readonly base: BaseName }
  | { readonly kind: "files-metadata"; readonly base: BaseName }
  /** A tar file that is no numbered part: `pg_control.tar.lz4`, `backup_label.tar.lz4`. */
  | { readonly kind: "named-tar"; readonly base: BaseName; readonly name: string };

export type KeyKind =
  | CommonKind
  | WalgKind
  | { readonly kind: "extended-version"; readonly base: BaseName }
  | { readonly kind: "sysid" }
  /** Packed otherwise than by lzop, or not at all; `as` tells its kind without that. */
  | { readonly kind: "other-compression"; readonly as: CommonKind }
  /** A segment name that does not fit the archive's segments. */
  | { readonly kind: "other-segment-size" }
  /** Written by WAL-G; `as` is absent if no restore needs it. */
  | { readonly kind: "wal-g"; readonly as?: CommonKind | WalgKind }
  | { readonly kind: "unknown" };

type PlainKind = Exclude<KeyKind, { readonly kind: "other-compression" | "wal-g" }>;

/** The kind of the object for a reader that knows every compression and both tools. */
export function plainKind(kind: KeyKind): PlainKind {
  if (kind.kind === "other-compression") return kind.as;
  return kind.kind === "wal-g" ? (kind.as ?? { kind: "unknown" }) : kind;
}

export const SYSID_KEY = "sysids/sysid";

/** Decides by the name alone, and by how large the archive's segments are. */
export function classify(relative: string, bytes = SEGMENT_BYTES): KeyKind {
  if (relative === SYSID_KEY) return { kind: "sysid" };
  if (relative.startsWith("wal_005/")) return classifyWal(relative.slice("wal_005/".length), bytes);
  if (relative.startsWith("basebackups_005/")) return classifyBase(relative.slice("basebackups_005/".length), bytes);
  return { kind: "unknown" };
}

export function segmentKey(name: string): string {
  return `wal_005/${name}.lzo`;
}

export function sentinelKey(baseName: string): string {
  return `basebackups_005/${baseName}_backup_stop_sentinel.json`;
}

/** Undefined if it is no name that WAL-E or WAL-G gives. */
export function baseNamed(name: string): BaseName | undefined {
  const kind = plainKind(classify(sentinelKey(name)));
  return kind.kind === "sentinel" ? kind.base : undefined;
}

function classifyWal(name: string, bytes: number): KeyKind {
  const plain = plainSegment(name, bytes);
  if (plain !== undefined) return { kind: "segment", segment: plain };
  const match = /^([0-9A-F]{24}|[0-9A-F]{8}\.history)(?:\.([0-9A-F]{8})\.backup|\.(partial))?(\.[a-z0-9]+)?$/.exec(
    name,
  );
  if (match === null) return { kind: ofWalg(name) ? "wal-g" : "unknown" };
  const [, stem = "", offset, partial, extension = ""] = match;
  const packing = packingOf(extension);
  if (packing === undefined) return { kind: extension === ".json" ? "wal-g" : "unknown" };
  const kind = stem.includes(".")
    ? historyOf(stem, offset ?? partial)
    : walOf(parseSegment(stem, bytes), { offset, partial });
  if (kind === undefined) return { kind: stem.includes(".") ? "unknown" : "other-segment-size" };
  return packing === "lzo" ? kind : { kind: "other-compression", as: kind };
}

/** Reads the kind that nearly every key has, without regular expressions: an archive can have a million keys. */
const plainSegment = (name: string, bytes: number): Segment | undefined =>
  name.length === SEGMENT_KEY_LENGTH && name.endsWith(".lzo") ? segmentAt(name, bytes) : undefined;

const SEGMENT_KEY_LENGTH = 28;

/** The map of changed blocks that WAL-G keeps for its delta backups: no restore reads it. */
const ofWalg = (name: string): boolean => /^[0-9A-F]{24}_delta(?:\.[a-z0-9]+)?$/.test(name);

function historyOf(stem: string, behind: string | undefined): CommonKind | undefined {
  if (behind !== undefined) return undefined;
  return { kind: "timeline-history", timeline: Number.parseInt(stem.slice(0, 8), 16) };
}

function walOf(
  segment: Segment | undefined,
  { offset, partial }: { readonly offset: string | undefined; readonly partial: string | undefined },
): CommonKind | undefined {
  if (segment === undefined) return undefined;
  if (offset !== undefined) return { kind: "backup-history", segment, offset: Number.parseInt(offset, 16) };
  return { kind: partial === undefined ? "segment" : "partial-segment", segment };
}

const BASE = /^(base_([0-9A-F]{24})(?:_([0-9]{8,10})|_D_[0-9A-F]{24})?)(_backup_stop_sentinel\.json|\/.+)$/s;

function classifyBase(path: string, bytes: number): KeyKind {
  const match = BASE.exec(path);
  if (match === null) return { kind: /^base_[0-9A-F]{24}_D_/s.test(path) ? "wal-g" : "unknown" };
  const [, name = "", segmentText = "", offset, rest = ""] = match;
  const start = parseSegment(segmentText, bytes);
  if (start === undefined) return { kind: "other-segment-size" };
  // WAL-G names a base without an offset, and a delta with the one it builds on.
  if (offset === undefined) return classifyInWalg({ name, start }, rest);
  return classifyInBase({ name, start, offset: Number.parseInt(offset, 10) }, rest);
}

function classifyInBase(base: BaseName, rest: string): KeyKind {
  if (rest === "_backup_stop_sentinel.json") return { kind: "sentinel", base };
  if (rest === "/extended_version.txt") return { kind: "extended-version", base };
  if (rest === "/metadata.json" || rest === "/files_metadata.json") return { kind: "wal-g" };
  const part = /^\/tar_partitions\/part_([0-9]{1,9})\.tar(\.[a-z0-9]+)?$/.exec(rest);
  if (part === null) return { kind: "unknown" };
  const [, index = "", extension = ""] = part;
  const as = { kind: "part", base, index: Number.parseInt(index, 10) } as const;
  if (extension === ".lzo" && index.length === 8) return as;
  return packingOf(extension) === undefined ? { kind: "unknown" } : { kind: "other-compression", as };
}

function classifyInWalg(base: BaseName, rest: string): KeyKind {
  if (rest === "_backup_stop_sentinel.json") return { kind: "wal-g", as: { kind: "sentinel", base } };
  if (rest === "/metadata.json") return { kind: "wal-g", as: { kind: "metadata", base } };
  if (rest === "/files_metadata.json") return { kind: "wal-g", as: { kind: "files-metadata", base } };
  const tar = /^\/tar_partitions\/(([a-z_]+?)(?:_([0-9]{1,9}))?\.tar(\.[a-z0-9]+)?)$/.exec(rest);
  const [, file = "", stem, index, extension = ""] = tar ?? [];
  if (tar === null || packingOf(extension) === undefined) return { kind: "wal-g" };
  if (stem !== "part" || index === undefined) return { kind: "wal-g", as: { kind: "named-tar", base, name: file } };
  return { kind: "wal-g", as: { kind: "part", base, index: Number.parseInt(index, 10) } };
}
