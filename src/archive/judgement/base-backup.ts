/** Base backups as far as a listing and their sentinels tell (wal-archives.md §2). */
import { parseBackupHistory } from "../names/backup-history.ts";
import { firstByte, segmentNumberBefore } from "../names/lsn.ts";
import { type BaseName, sentinelKey } from "../names/layout.ts";
import { type Segment, segmentBytesOf } from "../names/segment.ts";
import { parseSentinel } from "../names/sentinel.ts";
import {
  parseWalgSentinel,
  parseWalgTimes,
  tarNames,
  type WalgSentinel,
  type WalgTimes,
} from "../names/walg-sentinel.ts";
import { exactJson } from "../names/exact-json.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import { type Reader, writerOf } from "../reading/reader.ts";

/** The content of a sentinel, by WAL-E or WAL-G. */
export interface Completion {
  readonly stop: Segment;
  /** Undefined if only the segment is told. */
  readonly stopLsn: bigint | undefined;
  /** Of the data directory that a restore makes; of a delta backup alone, if it does not say more. */
  readonly expandedBytes: number;
  readonly tablespaces: number;
  readonly walg?: WalgSentinel;
}

export type ReadSentinel =
  | { readonly ok: true; readonly sentinel: Completion }
  | { readonly ok: false; readonly format: "wal-g" | "broken"; readonly why: string };

export interface BaseBackup extends BaseName {
  readonly writer: Reader;
  /** Undefined if there is no sentinel: the push never finished, or goes on. */
  readonly sentinel: ReadSentinel | undefined;
  /** The store's time of the sentinel: LATEST goes by it. */
  readonly completedAt: string | undefined;
  /** `9.6.24`; undefined when the archive does not tell it. */
  readonly version: string | undefined;
  readonly startLsn: bigint | undefined;
  /** By the clock of the database: from the `.backup` file or WAL-G's metadata. */
  readonly times: WalgTimes;
  readonly parts: readonly TarFile[];
  /** Every tar file by its name. */
  readonly tars: ReadonlyMap<string, Omit<TarFile, "index">>;
  /** Names of the tar files that must be there; undefined when no file lists them. */
  readonly wanted: readonly string[] | undefined;
}

export interface TarFile {
  readonly relative: string;
  readonly index: number;
  readonly size: number;
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
  const histories = facts.entries.filter(({ kind }) => kind.kind === "backup-history");
  return [...entries.values()]
    .flatMap((group) => collectBase({ facts, group, histories }) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Found {
  readonly facts: ArchiveFacts;
  readonly group: readonly ArchiveEntry[];
  readonly histories: readonly ArchiveEntry[];
}

function collectBase(found: Found): BaseBackup | undefined {
  const { facts, group } = found;
  const first = group[0]?.kind;
  if (first === undefined || !("base" in first)) return undefined;
  const text = (kind: string): string | null | undefined => textOf(facts, group, kind);
  const writer = writerOf(first.base);
  const sentinel = readSentinel(first.base, text("sentinel"));
  const walg = sentinel?.ok === true ? sentinel.sentinel.walg : undefined;
  const parts = group.flatMap(({ kind, info, relative }) =>
    kind.kind === "part" ? [{ relative, index: kind.index, size: info.size }] : [],
  );
  const startLsn = walg?.startLsn ?? (first.base.offset === undefined ? undefined : offsetLsn(first.base));
  return {
    ...first.base,
    writer,
    sentinel,
    completedAt: group.find(({ kind }) => kind.kind === "sentinel")?.info.lastModified,
    version: writer === "wal-e" ? versionIn(text("extended-version")) : walg?.version,
    startLsn,
    times: timesOf(found, { start: first.base.start, startLsn, metadata: text("metadata") }),
    parts: parts.sort((a, b) => a.index - b.index),
    tars: new Map(group.flatMap((entry) => tarOf(entry))),
    wanted: walg?.tars ?? tarNames(exactJson(text("files-metadata") ?? "") ?? {}),
  };
}

/** Undefined if there is no such object, null if its content does not fit its name. */
function textOf(facts: ArchiveFacts, group: readonly ArchiveEntry[], kind: string): string | null | undefined {
  const entry = group.find((each) => each.kind.kind === kind);
  return entry === undefined ? undefined : (facts.texts.get(entry.relative) ?? null);
}

function tarOf({ relative, kind, info }: ArchiveEntry): readonly (readonly [string, Omit<TarFile, "index">])[] {
  if (kind.kind !== "part" && kind.kind !== "named-tar") return [];
  return [[relative.slice(relative.lastIndexOf("/") + 1), { relative, size: info.size }]];
}

const offsetLsn = ({ start, offset }: BaseName): bigint => firstByte(start) + BigInt(offset ?? 0);

/** `9.6.24` out of the text of `select version()`; undefined if it says nothing of the kind. */
function versionIn(text: string | null | undefined): string | undefined {
  return /^PostgreSQL ([0-9]+(?:\.[0-9]+)*)/.exec(text ?? "")?.[1];
}

function timesOf(
  { facts, histories }: Found,
  base: {
    readonly start: Segment;
    readonly startLsn: bigint | undefined;
    readonly metadata: string | null | undefined;
  },
): WalgTimes {
  if (typeof base.metadata === "string") return parseWalgTimes(base.metadata);
  const own = histories.find(({ kind }) => {
    if (kind.kind !== "backup-history" || base.startLsn === undefined) return false;
    const isSame = kind.segment.timeline === base.start.timeline && kind.segment.number === base.start.number;
    return isSame && firstByte(kind.segment) + BigInt(kind.offset) === base.startLsn;
  });
  const text = own === undefined ? null : facts.texts.get(own.relative);
  const { startedAt, stoppedAt } = parseBackupHistory(text ?? "");
  return { startedAt, finishedAt: stoppedAt };
}

function readSentinel(base: BaseName, text: string | null | undefined): ReadSentinel | undefined {
  if (text === undefined) return undefined;
  if (text === null) return { ok: false, format: "broken", why: "cannot be read as what it should be" };
  if (writerOf(base) === "wal-e") return parseSentinel(text, segmentBytesOf(base.start.number));
  const parsed = parseWalgSentinel(text);
  if (!parsed.ok) return { ...parsed, format: "broken" };
  const { finishLsn, directoryBytes, uncompressedBytes, tablespaces } = parsed.sentinel;
  const stop = {
    timeline: base.start.timeline,
    number: segmentNumberBefore(finishLsn, segmentBytesOf(base.start.number)),
  };
  const expandedBytes = directoryBytes ?? uncompressedBytes;
  return {
    ok: true,
    sentinel: { stop, stopLsn: finishLsn, expandedBytes, tablespaces, walg: parsed.sentinel },
  };
}

/** The key of its sentinel, below the archive. */
export const sentinelOf = (base: BaseName): string => sentinelKey(base.name);
