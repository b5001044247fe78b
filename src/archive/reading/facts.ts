/**
 * What is known of an archive: its listing, and the few small objects that a verdict needs. Reading is one LIST, then
 * one GET per sentinel, version text and sysid, and a few GETs of nine bytes. An error is thrown, never read as absence.
 */
import { RecoverError } from "../../errors.js";
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.js";
import { classify, type BaseName, type KeyKind } from "../names/layout.js";
import { LZOP_MAGIC, lzopContent } from "../compression/lzop.js";
import { formatLocation, relativeKey, type ArchiveLocation } from "../names/location.js";
import { inParallel } from "./parallel.js";

export interface ArchiveEntry {
  readonly info: ObjectInfo;
  /** Key below the archive. */
  readonly relative: string;
  readonly kind: KeyKind;
}

export interface ArchiveFacts {
  readonly location: ArchiveLocation;
  readonly entries: readonly ArchiveEntry[];
  /** By relative key: sentinels, version texts, sysid, histories. Null where the object cannot be what its name says. */
  readonly texts: ReadonlyMap<string, string | null>;
  /** By relative key: the first bytes of some parts and segments. */
  readonly heads: ReadonlyMap<string, Uint8Array>;
}

export { LZOP_MAGIC } from "../compression/lzop.js";

const LARGEST_TEXT = 1024 * 1024;
const IN_FLIGHT = 8;

export async function readArchive(reader: ObjectReader, location: ArchiveLocation): Promise<ArchiveFacts> {
  const entries = sortEntries(location, await reader.list(location.bucket, `${location.prefix}/`));
  const texts = new Map<string, string | null>();
  const heads = new Map<string, Uint8Array>();
  const at = ({ info }: ArchiveEntry) => ({ bucket: location.bucket, key: info.key });
  await inParallel(entries.filter(isText), IN_FLIGHT, async (entry) => {
    const { size, etag } = entry.info;
    texts.set(
      entry.relative,
      size > LARGEST_TEXT ? null : textOf(entry, await reader.get(at(entry), { ifMatch: etag })),
    );
  });
  await inParallel(entriesToProbe(entries), IN_FLIGHT, async (entry) => {
    const range = `bytes=0-${LZOP_MAGIC.length - 1}`;
    heads.set(entry.relative, await reader.get(at(entry), { ifMatch: entry.info.etag, range }));
  });
  return { location, entries, texts, heads };
}

/** Classifies a listing of an archive. */
export function sortEntries(location: ArchiveLocation, objects: readonly ObjectInfo[]): readonly ArchiveEntry[] {
  return objects.map((info) => {
    const relative = relativeKey(location, info.key);
    if (relative !== undefined) return { info, relative, kind: classify(relative) };
    throw new RecoverError("answer-malformed", "the object store listed a key outside the prefix that was asked for", {
      remedy: "Check the S3 endpoint: something between here and the store changes its answers.",
      place: formatLocation(location),
    });
  });
}

export function startsLikeLzop(head: Uint8Array): boolean {
  return LZOP_MAGIC.every((byte, index) => head[index] === byte);
}

function isText(entry: ArchiveEntry): boolean {
  const { kind } = entry.kind;
  return kind === "sentinel" || kind === "extended-version" || kind === "sysid" || kind === "timeline-history";
}

/** The first part and the start segment of each base backup, and the last segment: encrypted archives show at once. */
function entriesToProbe(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const bases = entries.flatMap((entry) => (entry.kind.kind === "sentinel" ? [entry.kind.base] : []));
  const last = entries.filter((entry) => entry.kind.kind === "segment").at(-1);
  return entries.filter(
    (entry) => entry.info.size > 0 && (entry === last || bases.some((base) => begins(entry, base))),
  );
}

function begins(entry: ArchiveEntry, base: BaseName): boolean {
  const { kind } = entry;
  if (kind.kind === "part") return kind.base.name === base.name && kind.index === 0;
  if (kind.kind !== "segment") return false;
  return kind.segment.timeline === base.start.timeline && kind.segment.number === base.start.number;
}

/** Histories are packed like segments; one that is no whole lzop file has no text. */
function textOf({ kind }: ArchiveEntry, bytes: Uint8Array): string | null {
  const content = kind.kind === "timeline-history" ? lzopContent(bytes) : bytes;
  return content === undefined ? null : decode(content);
}

/** Bytes that are not UTF-8 become U+FFFD, which no parser of these texts accepts. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
