/** Objects that a store lists and does not have: their names outlived their content (rustfs#6218, minio#15040). */
import { RecoverError } from "../../errors.ts";
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.ts";

export const HOLLOW = "the store lists it, and does not have it";

/** Runs `read`; "hollow" if the object is gone and is still listed as it was, so that it is no race. */
export async function unlessHollow<T>(
  reader: ObjectReader,
  { bucket, info }: { readonly bucket: string; readonly info: ObjectInfo },
  read: () => Promise<T>,
): Promise<T | "hollow"> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "object-changed") throw error;
    if ((await reader.head({ bucket, key: info.key })) !== undefined) throw error;
    const listed = await reader.list(bucket, info.key, { most: 1 });
    const [first] = listed;
    if (first?.key === info.key && first.etag === info.etag) return "hollow";
    throw error;
  }
}
