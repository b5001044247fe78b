import { describe, expect, it } from "vitest";
import { unpackedBy } from "../../../src/adapters/logs/unpack-program.ts";

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
    expect(await lengthOf(unpackedBy(node("process.stdin.pipe(process.stdout)"), chunks(50), { path: "x.zst" }))).toBe(
      5_000_000,
    );
  });

  it("that fails says why", async () => {
    const failing = node(
      "process.stderr.write('x: unexpected end of file\\n'); process.exitCode = 1; process.stdin.resume()",
    );
    await expect(lengthOf(unpackedBy(failing, chunks(1), { path: "x.zst" }))).rejects.toThrow(
      "x: unexpected end of file",
    );
  });

  it("that is killed, or closes its output and does not end, says nothing of the file", async () => {
    const killed = node("process.stdin.resume(); process.kill(process.pid, 'SIGKILL')");
    const stuck = node("require('node:fs').closeSync(1); process.stdin.resume(); setInterval(() => 0, 1e6)");
    for (const [program, why] of [
      [killed, "was ended by SIGKILL"],
      [stuck, "did not end"],
    ] as const) {
      const read = lengthOf(unpackedBy(program, chunks(1), { path: "x.zst", endsWithin: 50 }));
      await expect(read).rejects.toMatchObject({
        code: "answer-incomplete",
        message: expect.stringContaining(why) as string,
      });
    }
  });

  it("that is not there leaves the file unread, with what to do", async () => {
    const missing = lengthOf(unpackedBy(["no-such-unpacker"], chunks(1), { path: "x.zst" }));
    await expect(missing).rejects.toMatchObject({ code: "answer-incomplete", place: "x.zst" });
  });

  it("can be left in the middle", async () => {
    const bytes = unpackedBy(node("process.stdin.pipe(process.stdout)"), chunks(1_000_000), { path: "x.zst" });
    expect((await bytes.next()).done).toBe(false);
    expect((await bytes.return(undefined)).done).toBe(true);
  });
});
