import { closeSync, openSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import type { FoundLine, Wanted } from "../../../src/ports/log-files.ts";
import { LONGEST_LINE } from "../../../src/discovery/scan/finder.ts";
import { type SearchOptions, searchFiles } from "../../../src/discovery/scan/search.ts";
import { StreamSearch } from "../../../src/discovery/scan/stream.ts";
import { fileDirectory } from "../../directory.ts";

const directory = fileDirectory();
let files = 0;

type Kind = "plain" | "gzip";
type Found = readonly [line: number | undefined, byteOffset: number, text: string];

async function search(
  contents: readonly (readonly [Kind, Uint8Array])[],
  wanted: Wanted,
  { heard = () => undefined, ...options }: Partial<SearchOptions> & { readonly heard?: () => void } = {},
) {
  const opened = contents.map(([packing, bytes]) => {
    const path = join(directory, String((files += 1)));
    writeFileSync(path, bytes);
    return { descriptor: openSync(path, "r"), size: statSync(path).size, packing };
  });
  const found: Found[][] = contents.map(() => []);
  const take = (file: number, { line, byteOffset, bytes }: FoundLine): void => {
    found[file]?.push([line, byteOffset, Buffer.from(bytes).toString()]);
    heard();
  };
  try {
    return { totals: await searchFiles(opened, wanted, { threads: 1, ...options, found: take }), found };
  } finally {
    for (const { descriptor } of opened) closeSync(descriptor);
  }
}

/** As it is meant: each line by itself. */
function naive(text: string, needles: readonly string[]): readonly Found[] {
  const lines = text.split("\n");
  let offset = 0;
  return lines.flatMap((line, index): Found[] => {
    const at = offset;
    offset += Buffer.byteLength(line) + 1;
    return needles.some((needle) => line.includes(needle)) ? [[index + 1, at, line]] : [];
  });
}

const word = fc.constantFrom("needle", "other-one", "needl", "", "x", "eedle", "é", " ");
const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(""));
const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join("\n"));
const NEEDLES = ["needle", "other-one"];
/** So much of a file's end is told. */
const LAST = 32 * 1024;

describe("a search in files", () => {
  it("finds the same lines with the same numbers, however a file is cut into ranges, and packed or not", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 60 }), async (one, two, range) => {
        const packed = Buffer.concat([gzipSync(one), gzipSync(two)]);
        const { found, totals } = await search(
          [
            ["plain", Buffer.from(one)],
            ["gzip", packed],
          ],
          { needles: NEEDLES },
          { range },
        );
        expect(found).toEqual([naive(one, NEEDLES), naive(one + two, NEEDLES)]);
        expect(totals.map(({ failure }) => failure)).toEqual([undefined, undefined]);
        const count = one.split("\n").length - (one === "" || one.endsWith("\n") ? 1 : 0);
        expect(totals[0]?.lines).toBe(count);
        expect(Buffer.from(totals[0]?.head ?? []).toString()).toBe(one);
        expect(Buffer.from(totals[0]?.tail ?? []).toString()).toBe(one);
      }),
      { numRuns: inputs(6) },
    );
  });

  it("cuts an over-long line once, whatever ranges it lies in, and goes on after it", async () => {
    const long = `needle ${"x".repeat(3 * LONGEST_LINE)} needle`;
    const content = Buffer.from(`first\n${long}\nlast needle\n`);
    for (const range of [300_000, LONGEST_LINE, 64 * LONGEST_LINE]) {
      const { found, totals } = await search([["plain", content]], { needles: ["needle"] }, { range });
      expect(found[0]?.map(([at, offset, { length }]) => [at, offset, length])).toEqual([
        [2, 6, LONGEST_LINE],
        [3, 6 + long.length + 1, 11],
      ]);
      expect(totals[0]).toMatchObject({ lines: 3, cutLines: [{ line: 2, byteOffset: 6 }] });
    }
  });

  it("tells the file's last bytes, whatever ranges they lie in, and though a line without an end comes before them", async () => {
    const lines = Array.from({ length: 60_000 }, (_each, index) => `line ${index} of a log that many write to`).join(
      "\n",
    );
    const endless = `needle ${"y".repeat(4 * LONGEST_LINE)}`;
    for (const [content, tail] of [
      [lines, lines],
      [`${lines}\nshort ${"x".repeat(1_500_000)}\nthe end`, "the end"],
      [`${lines}\n${endless}`, endless.slice(0, LAST)],
    ] as const)
      for (const range of [10_000, 100_000, 1_000_000, 64 * LONGEST_LINE]) {
        const { totals } = await search([["plain", Buffer.from(content)]], { needles: ["needle"] }, { range });
        expect(
          Buffer.from(totals[0]?.tail ?? [])
            .toString()
            .slice(-tail.length),
        ).toBe(tail.slice(-LAST));
      }
  });

  it("tells of some lines only the newest of each key", async () => {
    const upload = (key: string, state: string, more = ""): string => `push ${more}of ${key}/wal/ state=${state}`;
    const lines = [
      upload("AAAA", "begin"),
      upload("AAAA", "complete"),
      upload("BBBB", "begin"),
      upload("AAAA", "begin"),
      "needle",
      upload("AAAA", "begin", "needle "),
      upload("BBBB", "begin"),
      "push without a key",
    ];
    const newest = { needle: "push", before: "/wal/", length: 4, ending: 5 };
    for (const range of [20, 64, 1000]) {
      const { found } = await search(
        [["plain", Buffer.from(`${lines.join("\n")}\n`)]],
        { needles: ["needle"], newest },
        { range },
      );
      const told = found[0]?.map(([number, , content]) => [number, content]) ?? [];
      expect(told.slice(0, 3)).toEqual([5, 6, 8].map((number) => [number, lines[number - 1]]));
      expect(told.slice(3).sort()).toEqual([1, 3, 6].map((index) => [undefined, lines[index]]).sort());
    }
  });

  it("tells the newest of more keys than there is memory for at a time", async () => {
    const newest = { needle: "push-wal", before: "/wal/", length: 8, ending: 5 };
    const wanted = { needles: ["needle"], newest };
    const keys = Array.from({ length: 30_000 }, (_each, index) => String(index).padStart(8, "0"));
    const lines = [1, 2].flatMap((turn) => keys.map((key) => `push-wal ${turn} ${"x".repeat(150)}${key}/wal/ begin`));
    const text = Buffer.from(`${lines.join("\n")}\n`);
    const { found } = await search(
      [
        ["plain", text],
        ["gzip", gzipSync(text)],
      ],
      wanted,
      { range: 1_000_000 },
    );
    const streamed: Found[] = [];
    const take = ({ byteOffset, bytes }: FoundLine): number =>
      streamed.push([undefined, byteOffset, Buffer.from(bytes).toString()]);
    const stream = new StreamSearch(wanted, take);
    stream.push(text);
    stream.end();
    for (const told of [...found, streamed])
      expect(told.map(([number, , line]) => [number, line]).toSorted()).toEqual(
        lines.slice(keys.length).map((line) => [undefined, line]),
      );
  });

  it("says that a gzip file breaks off, is damaged or goes on with something else, and tells what came before", async () => {
    const packed = gzipSync("needle\n".repeat(1000));
    const flipped = Buffer.from(packed);
    const last = flipped.length - 6;
    flipped[last] = (flipped[last] ?? 0) ^ 1;
    const { found, totals } = await search(
      [packed.subarray(0, packed.length - 1), flipped, Buffer.concat([packed, Buffer.from("x")])].map(
        (bytes) => ["gzip", bytes] as const,
      ),
      { needles: ["needle"] },
    );
    expect(totals.map(({ failure }) => failure)).toEqual([
      "breaks off: its gzip data are cut or damaged (unexpected end of file)",
      "breaks off: its gzip data are cut or damaged (incorrect data check)",
      "breaks off: its gzip data are cut or damaged (what follows is no gzip data)",
    ]);
    expect(found.map(({ length }) => length)).toEqual([1000, 1000, 1000]);
  });

  it("tells what came before damage that ends the unpacking, down to the last bytes", async () => {
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const lines = Array.from({ length: 40_000 }, (_each, index) => `needle ${index}\n`);
    // A block of a kind that there is not.
    const damage = Buffer.alloc(1000, 7);
    const broken = (count: number): Buffer =>
      Buffer.concat([gzipSync("").subarray(0, 10), deflateRawSync(lines.slice(0, count).join(""), flush), damage]);
    const counts = [20, 100, 40_000];
    const { found, totals } = await search(
      [...counts.map(broken), Buffer.concat([gzipSync("needle\n".repeat(9)), broken(100)])].map((bytes) => [
        "gzip",
        bytes,
      ]),
      { needles: ["needle"] },
    );
    for (const { failure } of totals) expect(failure).toMatch(/invalid block type/);
    for (const [index, count] of [...counts, 109].entries())
      expect(found[index]?.length).toBeGreaterThan(count - 64 / "needle 1\n".length);
    expect(found[2]?.[39_000]).toEqual([39_001, lines.slice(0, 39_000).join("").length, "needle 39000"]);
  });

  it("reads a gzip header with every field, and zeros after the last member", async () => {
    const plain = gzipSync("needle\n");
    const fields = Buffer.from([4 + 8 + 16 + 2, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, 97, 0, 98, 0, 0, 0]);
    const header = Buffer.concat([plain.subarray(0, 3), fields]);
    const file = Buffer.concat([header, plain.subarray(10), Buffer.alloc(1024)]);
    const { found, totals } = await search([["gzip", file]], { needles: ["needle"] });
    expect([found[0], totals[0]?.failure]).toEqual([[[1, 0, "needle"]], undefined]);
  });

  it("leaves a gzip bomb when it is known for one", async () => {
    // A piece that ends with a full flush may follow itself: so it takes no time to pack.
    const piece = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = Buffer.concat([gzipSync("").subarray(0, 10), ...Array.from({ length: 300 }, () => piece)]);
    const { totals } = await search([["gzip", bomb]], { needles: ["needle"] });
    expect(totals[0]?.failure).toMatch(/^inflates more than 400 times/);
  });

  it("ends with what the listener throws", async () => {
    const options = {
      found: (): void => {
        throw new Error("enough");
      },
    };
    const path = join(directory, "thrown");
    writeFileSync(path, "needle\n");
    const descriptor = openSync(path, "r");
    const open = { descriptor, size: 7, packing: "plain" } as const;
    await expect(searchFiles([open], { needles: ["needle"] }, options)).rejects.toThrow("enough");
    closeSync(descriptor);
  });
});

describe("several threads", () => {
  it("find what one finds, in the same order, also when they find more than may wait", async () => {
    const lines = Array.from({ length: 60_000 }, (_each, index) => `${"needle ".repeat(1 + (index % 9))}${index}`);
    const content = Buffer.from(`${lines.join("\n")}\n`);
    const packed = gzipSync(content);
    const all = [["plain", content] as const, ["gzip", packed] as const, ["plain", content] as const];
    const options = { range: 100_000 };
    const one = await search(all, { needles: ["needle"] }, { ...options, threads: 1 });
    const three = await search(all, { needles: ["needle"] }, { ...options, threads: 3 });
    // vitest's own comparison takes longer than both searches.
    expect(isDeepStrictEqual(three.found, one.found)).toBe(true);
    expect(three.totals).toEqual(one.totals);
    expect(one.found[0]?.length).toBe(60_000);
  });

  it("end at once if whoever hears of a line fails", async () => {
    const all = Array.from({ length: 40 }, (_each, index) => ["plain", Buffer.from(`needle ${index}\n`)] as const);
    const heard = (): never => {
      throw new Error("enough");
    };
    await expect(search(all, { needles: ["needle"] }, { threads: 2, heard })).rejects.toThrow("enough");
  });
});
