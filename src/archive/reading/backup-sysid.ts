/**
 * The system identifier that a base backup restores to, read from it without restoring anything: `global/pg_control` in
 * one of its parts, confirmed by the first page of the WAL segment that it begins in. The archive is only read.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import type { ArchiveFacts } from "./facts.ts";
import { baseNamed, segmentKey } from "../names/layout.ts";
import { LzopStream } from "../compression/lzop-stream.ts";
import { segmentName } from "../names/segment.ts";
import { LONG_HEADER_BYTES, pageHeader } from "../wal/page-header.ts";
import { controlSysid } from "../wal/pg-control.ts";
import { controlFileIn, piecesOf, unlessDamaged } from "./control-file.ts";

/** A part can have 1.5 GB, and the file can stand anywhere in any of them. */
const PART_PIECE = 8 * 1024 * 1024;
const WAL_PIECE = 64 * 1024;

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
  const { location } = facts;
  const start = baseNamed(base)?.start;
  const segment = start === undefined ? undefined : segmentKey(segmentName(start));
  const first = facts.entries.find(({ relative }) => relative === segment);
  if (first === undefined) return undefined;
  const page = await unlessDamaged(() =>
    new LzopStream(piecesOf(reader, { location, entry: first }, { piece: WAL_PIECE })).take(LONG_HEADER_BYTES),
  );
  const confirmed = page === undefined ? undefined : pageHeader(page)?.systemId;
  if (confirmed === undefined) return undefined;
  const parts = facts.entries.filter(({ kind }) => kind.kind === "part" && kind.base.name === base);
  const all = parts.reduce((sum, { info }) => sum + info.size, 0);
  let passed = 0;
  for (const entry of parts) {
    const before = (from: number): void => watch.look(passed + from, all);
    const control = await controlFileIn(piecesOf(reader, { location, entry }, { piece: PART_PIECE, before }));
    if (control !== undefined)
      return controlSysid(control) === confirmed
        ? { systemId: confirmed, part: entry.relative, segment: first.relative }
        : undefined;
    passed += entry.info.size;
  }
  return undefined;
}
