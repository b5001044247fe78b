import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalLogFiles } from "../../../../src/discovery/adapters/logs/local-log-files.ts";
import { narrow } from "../../../../src/discovery/adapters/logs/narrow.ts";
import { firstOfZstd } from "../../../../src/discovery/adapters/logs/first-of-zstd.ts";
import { clockOf } from "../../../../src/discovery/lines/line-clock.ts";
import { discover } from "../../../../src/discovery/answer/discover.ts";
import type { LogFile, SearchWindow } from "../../../../src/ports/log-files.ts";
import { sectionOf } from "../../../../src/discovery/scan/section.ts";
import { type Corpus, writeCorpus } from "../../../../bench/corpus.ts";
import { fileDirectory } from "../../../directory.ts";

const MEBIBYTE = 1024 * 1024;
const HOUR = 3_600_000;
const directory = fileDirectory();
const one = path.join(directory, "one.log");
const rotated = [3, 2, 1].map((index) => path.join(directory, `rotated.log.${index}`));
let corpus: Corpus;

beforeAll(() => {
  const files = (paths: readonly string[]) => paths.map((name) => ({ path: name, writes: "large" as const }));
  corpus = writeCorpus(72 * MEBIBYTE, [files([one]), files(rotated)]);
}, 300_000);
const opened: number[] = [];
afterAll(() => {
  for (const descriptor of opened) closeSync(descriptor);
});

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
    // Little text that packs badly: a file counts by its size on disk. The same each time: letters by chance may spell
    // a needle.
    const noise = Buffer.from(createHash("shake256", { outputLength: 3 * MEBIBYTE }).digest("base64"));
    expect(noise.includes("needle")).toBe(false);
    for (const [index, name] of [oldest, middle, newest].entries()) {
      const stamp = Date.UTC(2016, 2, 12 + index) / 1000;
      const line = (second: number) =>
        `2016-03-${12 + index}T00:00:${String(second).padStart(2, "0")}Z host x[1]: needle ${stamp}\n`;
      writeFileSync(
        name,
        zlib.gzipSync(Buffer.concat([Buffer.from(line(1)), noise, Buffer.from(`\n${line(2)}`)]), { level: 1 }),
      );
    }
  }, 300_000);

  it("are left out if they begin after the window, or the next one begins before it", async () => {
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

let packedFiles = 0;
function openPacked(packed: Buffer): number {
  const name = path.join(directory, `opened-${packedFiles++}.zst`);
  writeFileSync(name, packed);
  const descriptor = openSync(name, "r");
  opened.push(descriptor);
  return descriptor;
}

/** Parallel packers begin with such a frame. */
const SKIPPED = Buffer.from("502a4d180400000061626364", "hex");
const first = (packed: Buffer, length: number): string =>
  Buffer.from(firstOfZstd(openPacked(packed), length)).toString();

describe("streamed files of a rotated set", () => {
  const at = Date.UTC(2016, 2, 13, 12);
  const window: SearchWindow = { from: at - HOUR, to: at + HOUR, clockOf };
  const line = (day: number) => `2016-03-${day}T00:00:00Z host x[1]: text\n`;
  const streamed = (name: string, text: string, size = 4 * MEBIBYTE) => ({
    file: { path: name, modifiedAt: now },
    streamed: { descriptor: openPacked(zlib.zstdCompressSync(text)), packing: "zstd" as const, size },
  });

  it("are left out like packed ones, with the lines that say so", () => {
    const files = [
      streamed("a.log.3.zst", line(12)),
      streamed("a.log.2.zst", line(13)),
      streamed("a.log.1.zst", line(14)),
    ];
    const [oldest, middle, newest] = narrow(files, window);
    expect(oldest?.leftOut?.head.toString()).toBe(line(12));
    expect(middle?.leftOut).toBeUndefined();
    expect(newest?.leftOut?.head.toString()).toBe(line(14));
  });

  it("are no set if their numbers are machines, or do not follow one another in time", () => {
    for (const names of [
      ["vm-1.zst", "vm-2.zst"],
      ["vm.1.zst", "vm.2.zst"],
    ]) {
      const [first, second] = names.map((name, index) => streamed(name, line(12 + index)));
      expect(
        narrow([first!, second!], { ...window, from: at + 4 * HOUR, to: at + 5 * HOUR })[0]?.leftOut,
      ).toBeUndefined();
    }
    const days = ["a.log-20160312.zst", "a.log-20160313.zst"].map((name, index) => streamed(name, line(12 + index)));
    expect(narrow(days, window).map(({ leftOut }) => leftOut === undefined)).toEqual([false, true]);
  });

  it("are searched if nothing tells their time, or they are small", () => {
    const silent = [streamed("a.log.2.zst", ""), streamed("a.log.1.zst", "no time\n".repeat(2000))];
    expect(narrow(silent, window)).toEqual(silent);
    const small = [streamed("a.log.1.zst", line(20), MEBIBYTE)];
    expect(narrow(small, window)).toEqual(small);
  });

  it("are searched if one is alone, or begins with its newest line: nothing shows its order", () => {
    const lone = [streamed("export.zst", line(12))];
    expect(narrow(lone, window)[0]?.leftOut).toBeUndefined();
    const back = [12, 13].map((day) => line(day + 3) + line(day));
    const files = back.map((text, index) => streamed(`a.log.${2 - index}.zst`, text));
    expect(narrow(files, window).map(({ leftOut }) => leftOut)).toEqual([undefined, undefined]);
  });

  it("show their first lines, and nothing if they cannot be read", () => {
    const text = line(14) + randomBytes(MEBIBYTE).toString("base64");
    const packed = Buffer.concat([
      SKIPPED,
      zlib.zstdCompressSync(text.slice(0, 10)),
      zlib.zstdCompressSync(text.slice(10)),
    ]);
    for (const length of [24, 8 * 1024, 512 * 1024]) expect(first(packed, length)).toBe(text.slice(0, length));
    expect(first(packed.subarray(0, 300_000), 24)).toBe(line(14).slice(0, 24));
    expect(first(zlib.zstdCompressSync(line(14)), 8 * 1024)).toBe(line(14));
    expect(first(Buffer.from("no zstd"), 24)).toBe("");
    expect(first(Buffer.alloc(0), 24)).toBe("");
    expect(firstOfZstd(-1, 24)).toHaveLength(0);
  });

  it("show their first lines where little holds much", () => {
    const bomb = zlib.zstdCompressSync(Buffer.alloc(256 * MEBIBYTE, "x"));
    expect(first(bomb, 24)).toBe("x".repeat(24));
  });

  it("are unpacked in full only if the window lies in them", async () => {
    const packed = [14, 13, 12].map((day, index) => {
      const name = path.join(directory, `packed.log.${index + 1}.zst`);
      const filler = randomBytes(4 * MEBIBYTE).toString("base64");
      writeFileSync(name, zlib.zstdCompressSync(`${line(day).replace("text", "needle")}${filler}\n`));
      return name;
    });
    const found: string[] = [];
    const files = packed.map((name) => ({ path: name, modifiedAt: now }));
    const listener = { found: (file: LogFile) => found.push(file.path) };
    const totals = await new LocalLogFiles().search(files, { needles: ["needle"], window }, listener);
    expect(totals.map(({ skipped }) => skipped)).toEqual([true, undefined, true]);
    expect(totals.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
    expect(found).toEqual([packed[1]]);
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

  it("is unknown if lines say no time for long, or go back in time", () => {
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
