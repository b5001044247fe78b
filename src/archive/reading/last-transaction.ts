/**
 * When the last transaction ended that a restore from an archive brings back: read out of the last segments themselves, as
 * PostgreSQL would replay them. It is what PostgreSQL names at the end of its recovery.
 */
import { isTransient, RecoverError } from "../../errors.ts";
import type { ObjectReader } from "../../ports/object-store.ts";
import { Damaged } from "../../kit/damaged.ts";
import { decompressed } from "../compression/decompressed.ts";
import { firstByte } from "../names/lsn.ts";
import { packingOfKey } from "../names/packing.ts";
import { parseSegment, type Segment, segmentBytesOf } from "../names/segment.ts";
import type { TransactionEnd } from "../wal/record.ts";
import { RecordWalk } from "../wal/record-walk.ts";
import type { ArchiveEntry, ArchiveFacts } from "./facts.ts";

/** A quiet database closes segments in which no transaction ends; beyond these nobody waits for an answer. */
const LOOKED_AT = 4;

/** PostgreSQL has no time after the year 294276, and JavaScript's dates end before. */
const LATEST = BigInt(Date.UTC(9999, 11, 31)) * 1000n;

/**
 * ISO 8601 by the database's clock; "" when the segments that end with `last` hold none, or cannot be read. Errors: those
 * of a store that does not answer.
 */
export async function lastTransactionIn(reader: ObjectReader, facts: ArchiveFacts, last: string): Promise<string> {
  const segment = parseSegment(last, facts.segmentBytes);
  for (let back = 0; segment !== undefined && back < LOOKED_AT; back += 1) {
    const each = { ...segment, number: segment.number - back };
    const entry = facts.entries.find(({ kind }) => isOf(kind, each));
    const ended = entry === undefined ? undefined : await lastEnd(reader, facts, { entry, segment: each });
    if (ended === undefined) return "";
    if (ended !== NONE) return ended;
  }
  return "";
}

const NONE = "none";

function isOf(kind: ArchiveEntry["kind"], { timeline, number }: Segment): boolean {
  return kind.kind === "segment" && kind.segment.timeline === timeline && kind.segment.number === number;
}

/** `NONE` if no transaction ends in it; undefined if it cannot be read. */
async function lastEnd(
  reader: ObjectReader,
  { location }: ArchiveFacts,
  { entry, segment }: { readonly entry: ArchiveEntry; readonly segment: Segment },
): Promise<string | undefined> {
  const packing = packingOfKey(entry.relative);
  if (packing === undefined || packing === "lzma") return undefined;
  try {
    const at = { bucket: location.bucket, key: entry.info.key };
    const pieces = decompressed(await reader.stream(at, { ifMatch: entry.info.etag, size: entry.info.size }), packing);
    const content = await wholeSegment(pieces, segmentBytesOf(segment.number));
    return content === undefined ? undefined : (endIn(content, segment) ?? NONE);
  } catch (error) {
    if (error instanceof Damaged || (error instanceof RecoverError && !isTransient(error))) return undefined;
    throw error;
  }
}

/** Undefined for a file of another size. */
async function wholeSegment(pieces: AsyncIterable<Uint8Array>, bytes: number): Promise<Uint8Array | undefined> {
  const content = new Uint8Array(bytes);
  let size = 0;
  for await (const piece of pieces) {
    if (size + piece.length > bytes) return undefined;
    content.set(piece, size);
    size += piece.length;
  }
  return size === bytes ? content : undefined;
}

function endIn(content: Uint8Array, segment: Segment): string | undefined {
  let last: bigint | undefined;
  const told = ({ at }: TransactionEnd): void => void (last = at);
  new RecordWalk().read(content, firstByte(segment), { told });
  return last === undefined || last < 0n || last > LATEST ? undefined : new Date(Number(last / 1000n)).toISOString();
}
