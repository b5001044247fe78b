/** The system identifier of a data directory: the first eight bytes of `global/pg_control`, little endian. */
import { open } from "node:fs/promises";
import { join } from "node:path";

export async function systemIdOf(data: string): Promise<string> {
  const file = await open(join(data, "global", "pg_control"));
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.readBigUInt64LE().toString();
  } finally {
    await file.close();
  }
}
