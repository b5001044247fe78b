/** The control file of a cluster, out of a tar part of its base backup: by ranged reads, without unpacking the files before it. */
import type { ObjectReader } from "../../ports/object-store.ts";
import { LzopStream } from "../compression/lzop-stream.ts";
import { RECORD, tarHeader } from "../../kit/tar-header.ts";
import { CONTROL_FILE, IDENTIFIER_BYTES } from "../wal/pg-control.ts";
import type { ArchiveEntry, ArchiveFacts } from "./archive-facts.ts";

export interface PieceTerms {
  /** Bytes that are fetched at a time. */
  readonly piece: number;
  /** Called before each piece is fetched; what it throws ends the reading. */
  readonly before?: (from: number, to: number) => void;
}

/** The object's bytes: those of a piece are fetched when they are asked for. */
export async function* piecesOf(
  reader: ObjectReader,
  { location: { bucket }, entry: { info } }: Pick<ArchiveFacts, "location"> & { readonly entry: ArchiveEntry },
  { piece, before }: PieceTerms,
): AsyncGenerator<Uint8Array, void, void> {
  for (let from = 0; from < info.size; from += piece) {
    const to = Math.min(info.size, from + piece);
    before?.(from, to);
    yield await reader.get({ bucket, key: info.key }, { ifMatch: info.etag, range: `bytes=${from}-${to - 1}` });
  }
}

/** The first bytes of the control file; undefined if the part has none, or is no lzop file with a tar archive in it. */
export function controlFileIn(part: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  return unlessDamaged(async () => {
    const content = new LzopStream(part);
    for (;;) {
      const record = await content.take(RECORD);
      if (record === undefined || record.every((byte) => byte === 0)) return undefined;
      // A name that an extension gives is longer.
      const { name, size } = tarHeader(record);
      if (name.toString("latin1").replace(/^\.\//, "") === CONTROL_FILE)
        return await content.take(Math.min(size, IDENTIFIER_BYTES));
      await content.skip(Math.ceil(size / RECORD) * RECORD);
    }
  });
}

/** Undefined for bytes that are not what they should be; an error of the store is thrown. */
export async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
