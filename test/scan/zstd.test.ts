import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { openFifo } from "../../src/scan/fifo.ts";
import { searchFiles, type SearchOptions } from "../../src/scan/search.ts";
import { TOOL_DIRECTORY } from "../tool.ts";

const directory = mkdtempSync(join(tmpdir(), "scan-zstd-"));
/** Where pipes are made. */
const scratch = join(directory, "scratch");
mkdirSync(scratch);
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** The program zstd is this script, beside `others` of this machine or all of them. */
function zstdIs(script: string | undefined, others?: readonly string[]): void {
  const bin = mkdtempSync(join(directory, "bin-"));
  if (script !== undefined) writeFileSync(join(bin, "zstd"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  for (const name of others ?? [])
    symlinkSync(execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), join(bin, name));
  vi.stubEnv("PATH", others === undefined ? `${bin}:${process.env["PATH"] ?? ""}` : bin);
  vi.stubEnv("TMPDIR", scratch);
}

async function search(contents: readonly string[], options: Partial<SearchOptions> = {}) {
  const opened = contents.map((text, index) => {
    const path = join(directory, `${index}.zst`);
    writeFileSync(path, text);
    return { descriptor: openSync(path, "r"), size: statSync(path).size, packing: "zstd" as const };
  });
  const found: string[][] = contents.map(() => []);
  try {
    const totals = await searchFiles(
      opened,
      { needles: ["needle"] },
      { threads: 1, found: (file, { bytes }) => found[file]?.push(Buffer.from(bytes).toString()), ...options },
    );
    return { totals, found };
  } finally {
    for (const { descriptor } of opened) closeSync(descriptor);
  }
}

function openPipes(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(scratch);
    } catch {
      return false;
    }
  }).length;
}

function expectNothingLeft(): void {
  expect(readdirSync(scratch)).toEqual([]);
  expect(openPipes()).toBe(0);
}

describe("a zstd file, through the program", () => {
  const text = Array.from({ length: 20_000 }, (_each, index) => `needle ${index} ${"x".repeat(index % 90)}\n`).join("");
  const worker = pathToFileURL(join(TOOL_DIRECTORY, "scan/worker.cjs"));

  it.each([1, 2])("is searched like a plain one in %d threads, and leaves no pipe behind", async (threads) => {
    zstdIs("exec cat");
    const contents = [text, "", `${text}no newline, needle`];
    const { found, totals } = await search(contents, { threads, worker });
    expect(found).toEqual(contents.map((each) => (each === "" ? [] : each.replace(/\n$/, "").split("\n"))));
    expect(totals.map(({ failure, lines }) => [failure, lines])).toEqual([
      [undefined, 20_000],
      [undefined, 0],
      [undefined, 20_001],
    ]);
    expectNothingLeft();
  });

  it.each([1, 2])("that breaks off is told up to there, with the program's words, in %d threads", async (threads) => {
    zstdIs("head -c 35; echo 'x: premature end' >&2; exit 1");
    const { found, totals } = await search(["needle 1\nother line\nneedle 2\nneedle 3\n", "needle\n"], {
      threads,
      worker,
    });
    const why = "breaks off: its zstd data are cut or damaged (x: premature end)";
    expect(totals.map(({ failure }) => failure)).toEqual([why, why]);
    expect(found).toEqual([["needle 1", "needle 2", "needle"], ["needle"]]);
    expectNothingLeft();
  });

  it("whose program ends without a word is no whole one", async () => {
    zstdIs("exit 3");
    expect((await search(["needle\n"])).totals[0]?.failure).toMatch(/zstd ended with 3/);
  });

  it("whose program is killed is told as what it is, and not as damaged", async () => {
    zstdIs("head -c 35; kill -KILL $$");
    const { found, totals } = await search(["needle 1\nother line\nneedle 2\nneedle 3\n"]);
    expect(totals[0]?.failure).toBe("may go on: the program that unpacks it was ended by SIGKILL");
    expect(found).toEqual([["needle 1", "needle 2", "needle"]]);
    expectNothingLeft();
  });

  it("whose program cannot be started is not damaged", async () => {
    zstdIs("", ["mkfifo"]);
    chmodSync(join(process.env["PATH"] ?? "", "zstd"), 0o644);
    const why = "cannot be read: the program zstd cannot be started (spawn zstd EACCES)";
    expect((await search(["needle\n"])).totals[0]?.failure).toBe(why);
    expectNothingLeft();
  });

  it("whose program closes its output and never ends is left after a while, and does not count as whole", async () => {
    zstdIs("echo needle; exec sleep 1000 >&-");
    // The search rests so, a thousand times.
    const rest = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    const { found, totals } = await search(["x"]);
    const rests = rest.mock.calls.length;
    rest.mockRestore();
    expect(rests).toBe(1_000);
    expect(totals[0]?.failure).toBe("may go on: the program that unpacks it wrote no more and did not end");
    expect(found).toEqual([["needle"]]);
    expectNothingLeft();
  });

  it("without the program is not read", async () => {
    zstdIs(undefined, ["mkfifo"]);
    expect((await search(["needle\n"])).totals[0]?.failure).toBe("is packed with zstd, which cannot be read here");
    expectNothingLeft();
  });

  it("without a pipe is not read", async () => {
    zstdIs("exec cat", []);
    expect(openFifo()).toBeUndefined();
    expect((await search(["needle\n"])).totals[0]?.failure).toBe("cannot be read (no pipe can be made)");
  });

  it("that is a bomb is left when it is known for one", async () => {
    zstdIs("exec cat /dev/zero");
    expect((await search(["needle\n"])).totals[0]?.failure).toMatch(/^inflates more than 400 times/);
    expectNothingLeft();
  });

  it("is left in the middle when the listener throws", async () => {
    zstdIs("while echo needle; do :; done 2>&1");
    const found = (): never => {
      throw new Error("enough");
    };
    await expect(search(["x"], { found })).rejects.toThrow("enough");
    expectNothingLeft();
  });
});
