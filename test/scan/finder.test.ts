import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Finder, READ_AT, TEXT_SIZE } from "../../src/scan/finder.js";
import { PlainFinder } from "../../src/scan/plain-finder.js";
import { selectFinder } from "../../src/scan/select-finder.js";
import { WasmFinder } from "../../src/scan/wasm-finder.js";

const alphabet = fc.constantFrom("a", "b", "c", "\n");
const hay = fc.string({ unit: alphabet, maxLength: 200 });
const needle = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 24 });
const needles = fc.array(needle, { minLength: 1, maxLength: 6 });

/** The line in which a needle was found. */
function lineOf(finder: Finder, from: number, end: number): number {
  const at = finder.find(from, end);
  return at < 0 ? -1 : finder.text.lastIndexOf(10, at);
}

function put(finder: Finder, text: string, at: number): void {
  finder.text.write(text, at);
}

describe("the fast finder", () => {
  it("finds a needle on the first line where the plain one finds any, at any place and whatever lies around", () => {
    fc.assert(
      fc.property(needles, hay, fc.nat(40), fc.nat(40), (words, text, from, rest) => {
        const [plain, fast] = [new PlainFinder(words), new WasmFinder(words)].map((finder) => {
          // What follows the end must not be seen, though it holds needles too.
          put(finder, `\n${text}${words.join("")}`, READ_AT);
          const end = READ_AT + 1 + Math.max(0, text.length - rest);
          return lineOf(finder, Math.min(end, READ_AT + from), end);
        });
        expect(fast).toBe(plain);
      }),
      { numRuns: 300 },
    );
  });

  it("says where the needle begins and which it is", () => {
    fc.assert(
      fc.property(needles, hay, (words, text) => {
        const finder = new WasmFinder(words);
        put(finder, text, READ_AT);
        const at = finder.find(READ_AT, READ_AT + text.length);
        if (at >= 0) expect(text.startsWith(words[finder.needle] ?? "?", at - READ_AT)).toBe(true);
      }),
    );
  });

  it("counts the newlines that the plain one counts, in any stretch", () => {
    const plain = new PlainFinder(["xx"]);
    const fast = new WasmFinder(["xx"]);
    const bytes = fc.uint8Array({ maxLength: 9000 }).map((all) => all.map((byte) => (byte < 100 ? 10 : byte)));
    fc.assert(
      fc.property(bytes, fc.nat(40), (content, from) => {
        for (const finder of [plain, fast]) finder.text.set(content, READ_AT);
        const end = READ_AT + content.length;
        const start = Math.min(end, READ_AT + from);
        expect(fast.newlines(start, end)).toBe(plain.newlines(start, end));
      }),
    );
  });

  it("tells where the line begins and ends that the plain one tells, in any stretch", () => {
    const finders = [new PlainFinder(["xx"]), new WasmFinder(["xx"])];
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 8 }), fc.nat(300), fc.nat(300), (lengths, one, two) => {
        const [from, at] = [Math.min(one, two), Math.max(one, two)];
        const text = lengths.map((length) => "a".repeat(length)).join("\n");
        const told = finders.map((finder) => {
          // Newlines around the stretch belong to nobody.
          put(finder, `\n${text.padEnd(400, "b")}\n`, READ_AT);
          finder.text[READ_AT + from - 1] = 10;
          const [start, end] = [READ_AT + from, READ_AT + 1 + text.length];
          return [finder.lineStart(READ_AT + at, start), finder.lineEnd(READ_AT + at, Math.max(end, READ_AT + at))];
        });
        expect(told[1]).toEqual(told[0]);
      }),
      { numRuns: 1000 },
    );
  });

  it("finds each of many needles, at the end of its memory too", () => {
    const words = Array.from({ length: 400 }, (_each, index) => `needle-${String(index).padStart(6, "0")}-of-many`);
    const finder = new WasmFinder(words);
    for (const [index, word] of words.entries()) {
      put(finder, word, TEXT_SIZE - word.length);
      expect([finder.find(TEXT_SIZE - 100, TEXT_SIZE), finder.needle]).toEqual([TEXT_SIZE - word.length, index]);
    }
  });
});

describe("needles", () => {
  it("that fit no table are searched plainly", () => {
    const words = Array.from({ length: 5000 }, (_each, index) => `needle-${index}`);
    expect(selectFinder(words)).toBeInstanceOf(PlainFinder);
    expect(selectFinder(["needle"])).toBeInstanceOf(WasmFinder);
  });

  it("of one byte, or with a newline, are refused", () => {
    for (const words of [[], ["x"], ["a\nb"]]) {
      expect(() => new PlainFinder(words)).toThrow(RangeError);
      expect(() => new WasmFinder(words)).toThrow(RangeError);
    }
  });
});
