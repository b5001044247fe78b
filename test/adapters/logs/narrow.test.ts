import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../../src/adapters/logs/local-log-files.js";
import { clockOf } from "../../../src/discovery/line-clock.js";
import { discover } from "../../../src/discovery/discover.js";
import type { LogFile, SearchWindow } from "../../../src/ports/log-files.js";
import { sectionOf } from "../../../src/scan/section.js";
import { type Corpus, writeCorpus } from "../../../bench/corpus.js";

const MEBIBYTE = 1024 * 1024;
const HOUR = 3_600_000;
const directory = mkdtempSync(path.join(tmpdir(), "narrow-"));
const one = path.join(directory, "one.log");
const rotated = [3, 2, 1].map((index) => path.join(directory, `rotated.log.${index}`));
let corpus: Corpus;

beforeAll(() => {
  const files = (paths: readonly string[]) => paths.map((name) => ({ path: name, writes: "large" as const }));
  corpus = writeCorpus(72 * MEBIBYTE, [files([one]), files(rotated)]);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

const now = new Date("2016-03-20T00:00:00Z");

async function around(at: Date, patterns: readonly string[], hours = 1) {
  const sources = { logs: { files: new LocalLogFiles(), patterns }, now };
  return await discover({ sources, query: { around: at, windowMs: hours * HOUR } });
}

describe("a search around a time", () => {
  it("finds the deletion by its byte offset and leaves the rest of a large file unread", async () => {
    const { guid, at } = corpus.deletions[20]!;
    const { document, exitCode } = await around(at, [one]);
    expect(exitCode).toBe(0);
    const [candidate] = document.candidates;
    expect(candidate).toMatchObject({ guid, kind: "deleted" });
    expect(candidate?.notes.join()).toMatch(/only that time was read/);
    const [proof] = candidate?.evidence ?? [];
    expect(proof).toMatchObject({ file: one });
    expect(proof?.line).toBeUndefined();
    expect(textAt(one, proof?.byteOffset ?? 0)).toContain("deprovision.start");
    const [{ from, to, skipped } = {}] = document.coverage.filter(({ file }) => file === one);
    expect(skipped).toBe(true);
    expect(Date.parse(from ?? "")).toBeGreaterThan(at.getTime() - 2 * HOUR);
    expect(Date.parse(to ?? "")).toBeLessThan(at.getTime() + 2 * HOUR);
  });

  it("finds it in whichever file of a rotated set it is", async () => {
    for (const index of [1, 20, 38]) {
      const { guid, at } = corpus.deletions[index]!;
      const { document } = await around(at, [path.join(directory, "rotated.log.*")]);
      expect(document.candidates.map((each) => each.guid)).toEqual([guid]);
      expect(document.coverage.filter(({ skipped }) => skipped === true)).toHaveLength(3);
    }
  });

  it("reads everything, and numbers its lines, before it says that there is nothing", async () => {
    const gap = new Date((corpus.deletions[20]!.at.getTime() + corpus.deletions[21]!.at.getTime()) / 2);
    const { document, exitCode } = await around(gap, [one], 0.5);
    expect([exitCode, document.candidates]).toEqual([17, []]);
    expect(document.coverage).toMatchObject([{ file: one, complete: true }]);
    expect(document.coverage[0]?.skipped).toBeUndefined();
  });

  it("finds what stands out of order, because a window without it is not believed", async () => {
    const moved = path.join(directory, "moved.log");
    const content = Buffer.concat([lines(one, 40 * MEBIBYTE, 72 * MEBIBYTE), lines(one, 0, 40 * MEBIBYTE)]);
    writeFileSync(moved, content);
    const { guid, at } = corpus.deletions[3]!;
    const { document } = await around(at, [moved]);
    expect(document.candidates.map((each) => each.guid)).toEqual([guid]);
  });
});

describe("packed files of a rotated set", () => {
  const [oldest, middle, newest] = rotated.map((name) => `${name}.gz`) as [string, string, string];
  const files: readonly LogFile[] = [oldest, middle, newest].map((name) => ({ path: name, modifiedAt: now }));
  beforeAll(() => {
    // Little text that packs badly: a file counts by what it takes on disk.
    const noise = Buffer.from(
      Array.from({ length: 8 * MEBIBYTE }, () => Math.random().toString(36))
        .join("")
        .slice(0, 4 * MEBIBYTE),
    );
    for (const [index, name] of [oldest, middle, newest].entries()) {
      const stamp = Date.UTC(2016, 2, 12 + index) / 1000;
      const line = (second: number) =>
        `2016-03-${12 + index}T00:00:${String(second).padStart(2, "0")}Z host x[1]: needle ${stamp}\n`;
      writeFileSync(
        name,
        gzipSync(Buffer.concat([Buffer.from(line(1)), noise, Buffer.from(`\n${line(2)}`)]), { level: 1 }),
      );
    }
  }, 60_000);

  it("are left out where they begin after the window, or the next one begins before it", async () => {
    const found: string[] = [];
    const at = Date.UTC(2016, 2, 13, 12);
    const window: SearchWindow = { from: at - HOUR, to: at + HOUR, clockOf };
    const totals = await new LocalLogFiles().search(
      files,
      { needles: ["needle"], window },
      { found: (file) => found.push(file.path) },
    );
    expect(totals.map(({ skipped }) => skipped)).toEqual([true, undefined, true]);
    expect(found).toEqual([middle, middle]);
  });
});

describe("the section of a window", () => {
  const period = (from: number, to: number) => ({
    from,
    to,
    instantOf: (line: string) => (/^\d+$/.test(line) ? Number(line) : undefined),
  });
  const section = (text: string, from: number, to: number) => {
    const file = path.join(directory, "section");
    writeFileSync(file, text);
    const descriptor = openSync(file, "r");
    try {
      return sectionOf({ descriptor, size: statSync(file).size }, period(from, to));
    } finally {
      closeSync(descriptor);
    }
  };
  const minutes = Array.from({ length: 200_000 }, (_each, index) => String(index * 60_000).padStart(13, "0"));

  it("holds every line of the window, and little more", () => {
    const text = `${minutes.join("\n")}\n`;
    for (const [first, last] of [
      [0, 10],
      [5_000, 5_100],
      [199_900, 250_000],
      [50_000, 50_000],
    ] as const) {
      const { from, to } = section(text, first * 60_000, last * 60_000) ?? { from: -1, to: -1 };
      expect(from).toBeLessThanOrEqual(Math.max(0, first - 9) * 14);
      expect(to).toBeGreaterThanOrEqual(Math.min(200_000, last + 9) * 14);
      expect(to - from).toBeLessThan((last - first + 20) * 14 + 2 * 128 * 1024);
    }
  });

  it("is unknown where lines say no time for long, or go back in time", () => {
    const silent = `${minutes.slice(0, 10).join("\n")}\n${"x\n".repeat(3 * MEBIBYTE)}${minutes.slice(-10).join("\n")}\n`;
    expect(section(silent, 0, 60_000)).toBeUndefined();
    const back = `${minutes.slice(100_000).join("\n")}\n${minutes.slice(0, 100_000).join("\n")}\n`;
    expect(section(back, 150_000 * 60_000, 150_010 * 60_000)).toBeUndefined();
  });
});

function lines(file: string, from: number, to: number): Buffer {
  const all = readAll(file);
  const at = (offset: number) => (offset === 0 ? 0 : all.indexOf(10, offset) + 1);
  return all.subarray(at(from), to >= all.length ? all.length : at(to));
}

function readAll(file: string): Buffer {
  return readFileSync(file);
}

function textAt(file: string, offset: number): string {
  const all = readAll(file);
  return all.toString("utf8", offset, all.indexOf(10, offset));
}
