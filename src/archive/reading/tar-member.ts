/**
 * Finds one file in a tar archive that is read from its front, without unpacking the files before it. A name that an
 * extension gives is longer than any that is looked for here.
 */
import type { LzopStream } from "../compression/lzop-stream.ts";
import { RECORD, tarHeader } from "../tar/header.ts";

/** The file's first `most` bytes; undefined if the archive has no such file. Throws Damaged if it is no tar archive. */
export async function tarMember(
  content: LzopStream,
  { name, most }: { readonly name: string; readonly most: number },
): Promise<Uint8Array | undefined> {
  for (;;) {
    const record = await content.take(RECORD);
    if (record === undefined || record.every((byte) => byte === 0)) return undefined;
    const { name: found, size } = tarHeader(record);
    if (found.toString("latin1").replace(/^\.\//, "") === name) return await content.take(Math.min(size, most));
    await content.skip(Math.ceil(size / RECORD) * RECORD);
  }
}
