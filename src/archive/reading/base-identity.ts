/**
 * Whose a base backup is, from itself: `global/pg_control` in one of its tar parts, by ranged reads. The WAL that it begins in
 * may have been written over by another cluster, and so may `sysids/sysid`.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import { Damaged } from "../../kit/damaged.ts";
import { lzopWrittenAt } from "../compression/lzop-time.ts";
import { SYSID_KEY } from "../names/layout.ts";
import { parseSysid } from "../names/sysid.ts";
import { controlSysid } from "../wal/pg-control.ts";
import type { ArchiveEntry, ArchiveFacts } from "./archive-facts.ts";
import { unlessHollow } from "./hollow.ts";
import { controlFileIn, piecesOf } from "./control-file.ts";

/** Of one base backup: a small one is read whole, and in a large one the file may stand anywhere. */
const MOST = 64 * 1024 * 1024;
const PIECE = 1024 * 1024;

/**
 * Base backups whose start segment is not of the cluster that `sysids/sysid` names, or was written after they were done, as far
 * as first pages were read: somebody wrote over it, and maybe over `sysids/sysid` too.
 */
export function doubtfulBases({ entries, texts, pages, heads }: ArchiveFacts): readonly string[] {
  const text = texts.get(SYSID_KEY);
  const own = typeof text === "string" ? parseSysid(text) : undefined;
  const starts = new Map<string, { readonly systemId: string; readonly written: string }>();
  for (const { kind, relative, info } of entries) {
    const page = kind.kind === "segment" ? pages?.get(relative) : undefined;
    if (kind.kind !== "segment" || page === undefined) continue;
    const written = writtenAt(info.lastModified, heads.get(relative));
    starts.set(`${kind.segment.timeline} ${kind.segment.number}`, { systemId: page.systemId, written });
  }
  return entries.flatMap(({ kind, info }) => {
    if (kind.kind !== "sentinel") return [];
    const { start, name } = kind.base;
    const inWal = starts.get(`${start.timeline} ${start.number}`);
    return inWal === undefined || (inWal.systemId === own && inWal.written <= info.lastModified) ? [] : [name];
  });
}

/** A copy is stored anew, and its segments say when they were written. */
function writtenAt(stored: string, head: Uint8Array | undefined): string {
  const written = head === undefined ? undefined : lzopWrittenAt(head);
  return written === undefined || written > stored ? stored : written;
}

/** By name of the base backup; those are left out of which it cannot be told. Errors: those of the store. */
export async function baseIdentities(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { names, cold }: { readonly names: readonly string[]; readonly cold: (entry: ArchiveEntry) => boolean },
): Promise<ReadonlyMap<string, string>> {
  const found = new Map(facts.identities ?? []);
  const readable = new Map(names.filter((name) => !found.has(name)).map((name) => [name, [] as ArchiveEntry[]]));
  for (const entry of facts.entries)
    if (entry.kind.kind === "part" && entry.relative.endsWith(".lzo") && !cold(entry))
      readable.get(entry.kind.base.name)?.push(entry);
  for (const [name, parts] of readable) {
    const systemId = await inParts(reader, facts, parts);
    if (systemId !== undefined) found.set(name, systemId);
  }
  return found;
}

async function inParts(
  reader: ObjectReader,
  { location }: ArchiveFacts,
  parts: readonly ArchiveEntry[],
): Promise<string | undefined> {
  let left = MOST;
  const before = (from: number, to: number): void => {
    if (to - from > left) throw new Damaged("too-large", "it was not looked for any further");
    left -= to - from;
  };
  for (const entry of parts) {
    const place = { bucket: location.bucket, info: entry.info };
    const pieces = piecesOf(reader, { location, entry }, { piece: PIECE, before });
    const control = await unlessHollow(reader, place, () => controlFileIn(pieces));
    if (control !== undefined && control !== "hollow") return controlSysid(control);
  }
  return undefined;
}
