import { closeSync, fstatSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { unpackedBy } from "../../../src/adapters/logs/unpack-program.js";

const node = (script: string) => [process.execPath, "-e", script] as const;

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(100_000, "x");
}

async function lengthOf(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of bytes) length += chunk.length;
  return length;
}

describe("a program that unpacks", () => {
  it("is given all bytes, and gives its own", async () => {
    expect(await lengthOf(unpackedBy(node("process.stdin.pipe(process.stdout)"), chunks(50), "x.zst"))).toBe(5_000_000);
  });

  it("gives it a file to read by itself", async () => {
    const descriptor = openSync(fileURLToPath(import.meta.url), "r");
    const read = await lengthOf(unpackedBy(node("process.stdin.pipe(process.stdout)"), descriptor, "x.zst"));
    expect(read).toBe(fstatSync(descriptor).size);
    closeSync(descriptor);
  });

  it("that fails says why", async () => {
    const failing = node(
      "process.stderr.write('x: unexpected end of file\\n'); process.exitCode = 1; process.stdin.resume()",
    );
    await expect(lengthOf(unpackedBy(failing, chunks(1), "x.zst"))).rejects.toThrow("x: unexpected end of file");
  });

  it("that is not there leaves the file unread, with what to do", async () => {
    const missing = lengthOf(unpackedBy(["no-such-unpacker"], chunks(1), "x.zst"));
    await expect(missing).rejects.toMatchObject({ code: "answer-incomplete", place: "x.zst" });
  });

  it("can be left in the middle", async () => {
    const bytes = unpackedBy(node("process.stdin.pipe(process.stdout)"), chunks(1_000_000), "x.zst");
    expect((await bytes.next()).done).toBe(false);
    expect((await bytes.return(undefined)).done).toBe(true);
  });
});
