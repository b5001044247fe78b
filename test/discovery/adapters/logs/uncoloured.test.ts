/** A log that `grep --color` has printed is searched as if it had no colours. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../../../src/discovery/adapters/logs/local-log-files.ts";
import { uncoloured } from "../../../../src/discovery/adapters/logs/uncoloured.ts";
import { discover } from "../../../../src/discovery/answer/discover.ts";
import { testDirectory } from "../../../directory.ts";
import { bytesOf } from "../../recorded-logs.ts";

const now = new Date("2026-11-21T14:00:00Z");
const LOG = bytesOf("f-0.10.2", "cell-down.log");

async function ask(content: string | Uint8Array) {
  const file = join(testDirectory(), "b.log");
  await writeFile(file, content);
  const sources = { logs: { files: new LocalLogFiles(), patterns: [file] }, now };
  const { document, exitCode } = await discover({ sources, query: {} });
  const told = document.candidates.map(({ guid, kind, mayLive, deletedAt }) => ({ guid, kind, mayLive, deletedAt }));
  return { exitCode, told, why: document.coverage.flatMap(({ why }) => why ?? []).join() };
}

async function grep(colour: "always" | "never", words: string): Promise<string> {
  const { stdout } = await execa("grep", [`--color=${colour}`, "-nE", "-e", words], { input: LOG });
  return stdout;
}

describe("a log whose words a terminal's colours break", () => {
  it.each(["deprovision|remove|node", "[eo]|$", "[0-9a-f]{4}", "-|$"])("tells all by grep %s", async (words) => {
    const plain = await ask(await grep("never", words));
    expect(plain.told).toHaveLength(1);
    expect(await ask(await grep("always", words))).toEqual(plain);
  });

  it.each([
    ["a pager", "ESC["],
    ["cat -v", "^[["],
  ])("tells all as %s shows it", async (_name, code) => {
    const shown = (await grep("always", "[eo]|$")).replaceAll("\u001b[", code);
    expect(await ask(shown)).toEqual(await ask(await grep("never", "[eo]|$")));
  });

  it("tells all if most of its lines have none", async () => {
    const plain = await ask(LOG);
    const many = "a line of another program\n".repeat(3000);
    expect(await ask(many + (await grep("always", "deprovision|^")))).toMatchObject({ told: plain.told });
  });

  it("never counts as read if it is packed", async () => {
    const { exitCode, why } = await ask(gzipSync(await grep("always", "[eo]|$")));
    expect([exitCode, why]).toEqual([15, expect.stringContaining("colours stand within its words")]);
  });

  it("is put together again wherever it is cut", async () => {
    const text = "a\u001b[01;31m\u001b[Kb\u001b[m\u001b[Kc ESC[md ^[[0me E ES ESC ^ ^[ f\u001b[";
    for (let at = 0; at <= text.length; at += 1) {
      const pieces: Buffer[] = [];
      for await (const piece of uncoloured(inTwo(Buffer.from(text), at))) pieces.push(Buffer.from(piece));
      expect(Buffer.concat(pieces).toString()).toBe("abc d e E ES ESC ^ ^[ f\u001b[");
    }
  });
});

async function* inTwo(bytes: Buffer, at: number): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes.subarray(0, at));
  yield bytes.subarray(at);
}
