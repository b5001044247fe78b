import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { type Finder, LONGEST_LINE } from "../../../src/discovery/scan/finder.ts";
import { LineScanner, type NumberedLine } from "../../../src/discovery/scan/line-scanner.ts";
import { PlainFinder } from "../../../src/discovery/scan/plain-finder.ts";
import { WasmFinder } from "../../../src/discovery/scan/wasm-finder.ts";

interface Found {
  readonly line: number;
  readonly byteOffset: number;
  readonly text: string;
}

function scan(chunks: Iterable<Uint8Array>, finder: Finder) {
  const found: Found[] = [];
  const take = ({ line, byteOffset, bytes }: NumberedLine) =>
    found.push({ line, byteOffset, text: Buffer.from(bytes).toString() });
  const scanner = new LineScanner(finder, { found: take, kept: () => expect.unreachable() });
  for (const chunk of chunks) scanner.push(chunk);
  return { found, totals: scanner.end() };
}

function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    // The same memory each time, as a reader with one buffer does it.
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

const word = fc.constantFrom("needle", "other-one", "needl", "", "x", "eedle", "é", " ");
const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(""));

const FINDERS = { plain: PlainFinder, fast: WasmFinder };

describe.each(Object.entries(FINDERS))("the line scanner with the %s finder", (_name, Finder) => {
  // One for all runs: its memory holds the left-overs of the runs before.
  const both = new Finder({ needles: ["needle", "other-one"] });
  const one = new Finder({ needles: ["needle"] });

  it("finds the lines that a plain search finds, wherever chunks end", () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lines, sizes) => {
        const text = lines.join("\n");
        const expected = lines.flatMap((content, index) => {
          if (!/needle|other-one/.test(content)) return [];
          const before = lines.slice(0, index).map((each) => `${each}\n`);
          return [{ line: index + 1, byteOffset: Buffer.byteLength(before.join("")), text: content }];
        });
        const { found, totals } = scan(pieces(Buffer.from(text), sizes), both);
        expect(found).toEqual(expected);
        expect(totals.bytes).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it("keeps its memory small on a line of 1 GiB, finds the next one and says which line was cut", () => {
    const mebibyte = Buffer.alloc(1024 * 1024, "x");
    function* giant(): Generator<Uint8Array> {
      yield Buffer.from("first needle\nneedle in a giant ");
      for (let count = 0; count < 1024; count += 1) yield mebibyte;
      yield Buffer.from(" end\nlast needle\n");
    }
    const before = process.memoryUsage().arrayBuffers;
    const { found, totals } = scan(giant(), one);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(512 * 1024 * 1024);
    expect(found.map((each) => [each.line, each.byteOffset])).toEqual([
      [1, 0],
      [2, 13],
      [3, 13 + 18 + 1024 * 1024 * 1024 + 5],
    ]);
    expect(found[1]?.text.length).toBe(LONGEST_LINE);
    expect(totals).toMatchObject({ lines: 3, cutLines: [{ line: 2, byteOffset: 13 }] });
  });

  it("searches a last line without a newline", () => {
    expect(scan([Buffer.from("a\nlast needle")], one).found).toEqual([{ line: 2, byteOffset: 2, text: "last needle" }]);
  });

  it("keeps the beginning and the end of a file", () => {
    const { totals } = scan([Buffer.from("one\ntwo\n"), Buffer.from("three\n")], one);
    expect(Buffer.from(totals.head).toString()).toBe("one\ntwo\nthree\n");
    expect(Buffer.from(totals.tail).toString()).toBe("one\ntwo\nthree\n");
  });
});
