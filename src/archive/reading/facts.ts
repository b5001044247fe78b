/**
 * Reads the facts of an archive: its listing, and the few small objects that a verdict needs. Reading is the listing,
 * then one GET per sentinel, version text, history and sysid, and a few GETs of some bytes. An error is thrown, never
 * read as absence.
 */
import type { ObjectInfo, ObjectReader, Rows } from "../../ports/object-store.ts";
import { type BaseName, plainKind, type KeyKind } from "../names/layout.ts";
import { packingOfKey } from "../names/packing.ts";
import { withoutFileList } from "../names/walg-sentinel.ts";
import { Damaged } from "../../kit/damaged.ts";
import { LZOP_MAGIC } from "../compression/lzop.ts";
import { startsLikeOpenPgp } from "../compression/openpgp.ts";
import { type Compression, firstBytes } from "../compression/decompressed.ts";
import { smallContent } from "../compression/small-content.ts";
import type { ArchiveLocation } from "../names/location.ts";
import { isSegmentSize, SEGMENT_BYTES, type Segment } from "../names/segment.ts";
import { LONG_HEADER_BYTES, type PageHeader, pageHeader } from "../wal/page-header.ts";
import type { ArchiveEntry, ArchiveFacts } from "./archive-facts.ts";
import { baseIdentities, doubtfulBases } from "./base-identity.ts";
import { isCold, isColdClass, unlessFrozen } from "./cold.ts";
import { edges } from "./edges.ts";
import { sortEntries } from "./entries.ts";
import { clearBeginning } from "./in-clear.ts";
import { unlessHollow } from "./hollow.ts";
import { listArchive } from "./listing.ts";
import { inParallel } from "../../kit/in-parallel.ts";

export type { ArchiveEntry, ArchiveFacts, Inside } from "./archive-facts.ts";
export { sortEntries } from "./entries.ts";

export interface ReadOptions {
  /**
   * Reads the objects that tell times as well: `.backup` files, WAL-G's metadata, and the heads of segments beside
   * gaps.
   */
  readonly times?: boolean;
}

export { LZOP_MAGIC } from "../compression/lzop.ts";

const LARGEST_TEXT = 1024 * 1024;
/** WAL-G's lists of files: above this they are not read, and nothing is known of them. */
const LARGEST_FILE_LIST = 64 * 1024 * 1024;
const IN_FLIGHT = 8;
/** Enough of an lzop file for the time in its header and, as a rule, for the first page of a segment. */
const TIMED_HEAD = 256;

export async function readArchive(
  reader: ObjectReader,
  location: ArchiveLocation,
  { times = false }: ReadOptions = {},
): Promise<ArchiveFacts> {
  const objects = await listArchive(reader, location);
  const facts = await readAs(reader, { location, objects, times }, SEGMENT_BYTES);
  const bytes = segmentBytesIn(facts);
  return bytes === SEGMENT_BYTES ? facts : await readAs(reader, { location, objects, times }, bytes);
}

interface Listed {
  readonly location: ArchiveLocation;
  readonly objects: Rows<ObjectInfo>;
  readonly times: boolean;
}

/** By the first pages of the base backups' first segments, the newest first, and then by any other. */
function segmentBytesIn({ entries, pages = new Map<string, PageHeader>() }: ArchiveFacts): number {
  const sentinels = entries.filter(({ kind }) => plainKind(kind).kind === "sentinel");
  const newestFirst = sentinels.sort((a, b) => (a.info.lastModified < b.info.lastModified ? 1 : -1));
  const starts = newestFirst.flatMap(({ relative }) => /base_([0-9A-F]{24})/.exec(relative)?.[1] ?? []);
  const names = [...starts.flatMap((start) => [...pages.keys()].filter((key) => key.includes(start))), ...pages.keys()];
  const sizes = names.flatMap((key) => pages.get(key)?.segmentBytes ?? []);
  return sizes.find(isSegmentSize) ?? SEGMENT_BYTES;
}

async function readAs(
  reader: ObjectReader,
  { location, objects, times }: Listed,
  segmentBytes: number,
): Promise<ArchiveFacts> {
  const entries = sortEntries(location, objects, segmentBytes);
  const texts = new Map<string, string | null>();
  const heads = new Map<string, Uint8Array>();
  const at = ({ info }: ArchiveEntry) => ({ bucket: location.bucket, key: info.key });
  const wanted = times ? [...VERDICT_TEXTS, ...TIME_TEXTS] : VERDICT_TEXTS;
  const asked = new Map<string, "given" | "frozen">();
  const hollow = new Set<string>();
  /** Undefined if the store does not give it. */
  const given = async (entry: ArchiveEntry, range?: string): Promise<Uint8Array | undefined> => {
    const { info, relative } = entry;
    const how = { ifMatch: info.etag, size: info.size, ...(range === undefined ? {} : { range }) };
    const place = { bucket: location.bucket, info };
    const read = () => unlessHollow(reader, place, () => reader.get(at(entry), how));
    const bytes = await unlessFrozen(read);
    if (bytes === "hollow") hollow.add(relative);
    else if (bytes === undefined || isColdClass(info.storageClass))
      asked.set(relative, bytes === undefined ? "frozen" : "given");
    return bytes === "hollow" ? undefined : bytes;
  };
  await inParallel(entries.filter(isOneOf(wanted)), IN_FLIGHT, async (entry) => {
    const readable = entry.info.size <= (listsFiles(entry) ? LARGEST_FILE_LIST : LARGEST_TEXT);
    const bytes = readable ? await given(entry) : undefined;
    texts.set(entry.relative, bytes === undefined ? null : await textOf(entry, bytes));
  });
  const asides = times ? edges(entries) : [];
  const probed = new Map([...entriesToProbe(entries), ...asides].map((entry) => [entry.relative, entry]));
  const opened = new Set<string>();
  await inParallel([...probed.values()], IN_FLIGHT, async (entry) => {
    const ifMatch = entry.info.etag;
    const range = `bytes=0-${(times ? Math.min(entry.info.size, TIMED_HEAD) : LZOP_MAGIC.length) - 1}`;
    const head = await given(entry, range);
    if (head === undefined) return;
    const clear = await openedHead(reader, at(entry), { head, ifMatch });
    if (clear !== undefined) opened.add(entry.relative);
    heads.set(entry.relative, clear ?? head);
  });
  const seen = {
    location,
    entries,
    segmentBytes,
    texts,
    heads,
    asked,
    hollow,
    ...(opened.size === 0 ? {} : { opened }),
  };
  if (!times) return seen;
  const timed = { ...seen, pages: await pagesIn(heads) };
  const names = doubtfulBases(timed);
  if (names.length === 0) return timed;
  return {
    ...timed,
    identities: await baseIdentities(reader, timed, { names, cold: (entry) => isCold(timed, entry) }),
  };
}

/** Undefined if it is no message, or no key is at hand; nothing if it is damaged. */
async function openedHead(
  reader: ObjectReader,
  at: { readonly bucket: string; readonly key: string },
  { head, ifMatch }: { readonly head: Uint8Array; readonly ifMatch: string },
): Promise<Uint8Array | undefined> {
  if (reader.opensMessages !== true || !startsLikeOpenPgp(head)) return undefined;
  try {
    return await clearBeginning(reader, at, { ifMatch, most: TIMED_HEAD });
  } catch (error) {
    if (error instanceof Damaged) return new Uint8Array(0);
    throw error;
  }
}

/** Of segments alone; an object that does not unpack tells nothing here. */
async function pagesIn(heads: ReadonlyMap<string, Uint8Array>): Promise<ReadonlyMap<string, PageHeader>> {
  const pages = new Map<string, PageHeader>();
  for (const [relative, head] of heads) {
    const packing = packingOfKey(relative);
    if (!relative.startsWith("wal_005/") || packing === undefined || packing === "lzma") continue;
    const page = await firstPage(head, packing);
    if (page !== undefined) pages.set(relative, page);
  }
  return pages;
}

async function firstPage(head: Uint8Array, packing: Compression): Promise<PageHeader | undefined> {
  try {
    const first = await firstBytes(head, packing, LONG_HEADER_BYTES);
    return first === undefined ? undefined : pageHeader(first);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function startsLikeLzop(head: Uint8Array): boolean {
  return LZOP_MAGIC.every((byte, index) => head[index] === byte);
}

const VERDICT_TEXTS: readonly string[] = ["sentinel", "extended-version", "sysid", "timeline-history"];
const TIME_TEXTS: readonly string[] = ["backup-history", "metadata", "files-metadata"];

function isOneOf(kinds: readonly string[]): (entry: ArchiveEntry) => boolean {
  return ({ kind }) => kinds.includes(plainKind(kind).kind);
}

/** WAL-G's sentinels of 2020 and its `files_metadata.json` name every file of the database. */
function listsFiles({ kind }: ArchiveEntry): boolean {
  if (kind.kind !== "wal-g") return false;
  return kind.as?.kind === "sentinel" || kind.as?.kind === "files-metadata";
}

/** The first part and the start segment of each base backup, and the last segment: encrypted archives show at once. */
function entriesToProbe(entries: Rows<ArchiveEntry>): readonly ArchiveEntry[] {
  const bases = entries.flatMap(({ kind }) => baseOfSentinel(plainKind(kind)));
  const last = entries.findLast(({ kind }) => plainKind(kind).kind === "segment");
  const other = entries.find(
    (entry) => entry.kind.kind === "other-segment-size" && entry.relative.startsWith("wal_005/"),
  );
  const firsts = new Set(bases.map(({ name, offset }) => `${name} ${offset === undefined ? 1 : 0}`));
  const starts = bases.map(({ start }) => start);
  const beginnings = entries.filter(({ kind }) => begins(plainKind(kind), { firsts, starts }));
  return [...beginnings, last, other].filter((entry) => entry !== undefined).filter(({ info }) => info.size > 0);
}

const baseOfSentinel = (kind: KeyKind): readonly BaseName[] => (kind.kind === "sentinel" ? [kind.base] : []);

function begins(
  kind: KeyKind,
  { firsts, starts }: { readonly firsts: ReadonlySet<string>; readonly starts: readonly Segment[] },
): boolean {
  if (kind.kind === "part") return firsts.has(`${kind.base.name} ${kind.index}`);
  if (kind.kind !== "segment") return false;
  const { timeline, number } = kind.segment;
  return starts.some((start) => start.number === number && start.timeline === timeline);
}

/** Histories are packed like segments; one that is no whole packed file has no text. */
async function textOf(entry: ArchiveEntry, bytes: Uint8Array): Promise<string | null> {
  const { kind } = plainKind(entry.kind);
  if (listsFiles(entry)) return withoutFileList(decode(bytes)) ?? null;
  if (kind !== "timeline-history" && kind !== "backup-history") return decode(bytes);
  const content = await smallContent(bytes, packingOfKey(entry.relative) ?? "lzma");
  return content === undefined ? null : decode(content);
}

/** Bytes that are not UTF-8 become U+FFFD, which no parser of these texts accepts. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
