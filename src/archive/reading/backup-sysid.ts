/**
 * The system identifier that a base backup restores to, read from it without restoring anything: `global/pg_control` in
 * one of its parts, confirmed by the first page of the WAL segment that it begins in. The archive is only read.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import type { ArchiveEntry, ArchiveFacts } from "./facts.ts";
import { baseNamed, segmentKey } from "../names/layout.ts";
import { LzopStream } from "../compression/lzop-stream.ts";
import { segmentName } from "../names/segment.ts";
import { LONG_HEADER_BYTES, pageHeader } from "../wal/page-header.ts";
import { CONTROL_FILE, controlSysid } from "../wal/pg-control.ts";
import { tarMember } from "./tar-member.ts";

/** A part can have 1.5 GB, and the file can stand anywhere in any of them. */
const PART_PIECE = 8 * 1024 * 1024;
const WAL_PIECE = 64 * 1024;
const CONTROL = { name: CONTROL_FILE, most: 8 } as const;

export interface BackupSysid {
  readonly systemId: string;
  /** Keys below the archive. */
  readonly part: string;
  readonly segment: string;
}

/** `look` is called before each piece is fetched, with the bytes read so far and those there are. */
export interface Watch {
  look(bytes: number, of: number): void;
}

/** Undefined if the two do not say the same, or one of them cannot be read. Errors: those of the store. */
export async function backupSysid(
  reader: ObjectReader,
  { facts, base }: { readonly facts: ArchiveFacts; readonly base: string },
  watch: Watch,
): Promise<BackupSysid | undefined> {
  const start = baseNamed(base)?.start;
  const segment = start === undefined ? undefined : segmentKey(segmentName(start));
  const first = facts.entries.find(({ relative }) => relative === segment);
  if (first === undefined) return undefined;
  const confirmed = await readable(async () => {
    const how = { piece: WAL_PIECE, before: () => undefined };
    const page = await streamOf({ reader, facts }, first, how).take(LONG_HEADER_BYTES);
    return page === undefined ? undefined : pageHeader(page)?.systemId;
  });
  if (confirmed === undefined) return undefined;
  const found = await inParts(reader, { facts, base }, watch);
  if (found === undefined || found.systemId !== confirmed) return undefined;
  return { ...found, segment: first.relative };
}

async function inParts(
  reader: ObjectReader,
  { facts, base }: { readonly facts: ArchiveFacts; readonly base: string },
  watch: Watch,
): Promise<Omit<BackupSysid, "segment"> | undefined> {
  const parts = facts.entries.filter(({ kind }) => kind.kind === "part" && kind.base.name === base);
  const all = parts.reduce((sum, { info }) => sum + info.size, 0);
  let before = 0;
  for (const part of parts) {
    const stream = streamOf({ reader, facts }, part, {
      piece: PART_PIECE,
      before: (at) => watch.look(before + at, all),
    });
    const control = await readable(() => tarMember(stream, CONTROL));
    if (control !== undefined) {
      const systemId = controlSysid(control);
      return systemId === undefined ? undefined : { systemId, part: part.relative };
    }
    before += part.info.size;
  }
  return undefined;
}

function streamOf(
  { reader, facts }: { readonly reader: ObjectReader; readonly facts: ArchiveFacts },
  { info }: ArchiveEntry,
  how: { readonly piece: number; readonly before: (at: number) => void },
): LzopStream {
  const at = { bucket: facts.location.bucket, key: info.key };
  return new LzopStream({
    size: info.size,
    piece: how.piece,
    read: (from, to) => {
      how.before(from);
      return reader.get(at, { ifMatch: info.etag, range: `bytes=${from}-${to - 1}` });
    },
  });
}

/** Bytes that are no lzop file, or no tar archive inside, are read as nothing; an error of the store is thrown. */
async function readable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
