/**
 * The view of an archive by the program that restores: WAL-E sees nothing that WAL-G alone writes, WAL-G sees all of
 * both.
 */
import { type KeyKind, plainKind } from "../names/layout.ts";
import { retold } from "./entries.ts";
import type { ArchiveEntry, ArchiveFacts } from "./facts.ts";

export const READERS = ["wal-e", "wal-g"] as const;
export type Reader = (typeof READERS)[number];

/**
 * The entries as `reader` takes them. WAL-G looks for a segment under every ending that it knows (v0.2.19
 * internal/wal_fetch_handler.go, DownloadAndDecompressStorageFile), WAL-E only under `.lzo` (wal-archives.md §7a.7).
 */
export function seenBy(reader: Reader, facts: ArchiveFacts): ArchiveFacts {
  if (reader === "wal-e") return facts;
  return { ...facts, entries: retold(facts.entries, unwrapped) };
}

/** Objects of WAL-G that no restore needs stay unchanged. */
function unwrapped({ kind }: ArchiveEntry): KeyKind {
  return kind.kind === "wal-g" && kind.as === undefined ? kind : plainKind(kind);
}

/** Who wrote a base backup: their names differ. */
export function writerOf(base: { readonly offset?: number }): Reader {
  return base.offset === undefined ? "wal-g" : "wal-e";
}
