/**
 * Whether two stored objects hold the same bytes (law 2). Equal ETags and sizes prove it. Different ETags prove nothing
 * if one is of several parts or encrypted with a KMS key, so then the bytes are read and compared.
 */
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.ts";

const CHUNK = 1024 * 1024;
/** MD5 of the content, or of the parts' MD5s with the number of parts. */
const ETAG = /^[0-9a-f]{32}(?:-[0-9]+)?$/;

export interface Stored {
  readonly bucket: string;
  readonly info: ObjectInfo;
}

/** True or false by listing alone, undefined if only the bytes can tell. */
export function sameByListing(a: ObjectInfo, b: ObjectInfo): boolean | undefined {
  if (a.size !== b.size) return false;
  if (a.etag === b.etag && ETAG.test(a.etag)) return true;
  return a.size === 0 ? true : undefined;
}

export async function sameContent(reader: ObjectReader, a: Stored, b: Stored): Promise<boolean> {
  const listed = sameByListing(a.info, b.info);
  if (listed !== undefined) return listed;
  for (let offset = 0; offset < a.info.size; offset += CHUNK) {
    const range = `bytes=${offset}-${Math.min(offset + CHUNK, a.info.size) - 1}`;
    const [left, right] = await Promise.all([chunk(reader, a, range), chunk(reader, b, range)]);
    if (Buffer.compare(left, right) !== 0) return false;
  }
  return true;
}

async function chunk(reader: ObjectReader, stored: Stored, range: string): Promise<Uint8Array> {
  return reader.get({ bucket: stored.bucket, key: stored.info.key }, { range, ifMatch: stored.info.etag });
}
