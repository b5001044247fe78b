/** The first lines of a zstd file, by the program that unpacks it. */
import { closeSync, openSync } from "node:fs";
import { ZSTD } from "../../scan/zstd.ts";

/** The first bytes of the text, as many as there are up to `length`; none where they cannot be read. */
export function firstOfZstd(path: string, length: number): Buffer {
  const [program, ...args] = ZSTD;
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    // What gives more than that is ended.
    const { stdout } = spawnSync(program, args, {
      stdio: [descriptor, "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "" },
      maxBuffer: length,
    }) as { readonly stdout: Buffer | null };
    return stdout?.subarray(0, length) ?? Buffer.alloc(0);
  } catch {
    // Whoever reads all of it says why.
    return Buffer.alloc(0);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
