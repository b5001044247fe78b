import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import type { Wanted } from "../../../src/ports/log-files.ts";
import { type Finder, LONGEST_KEPT, READ_AT, TEXT_SIZE } from "../../../src/discovery/scan/finder.ts";
import { PlainFinder } from "../../../src/discovery/scan/plain-finder.ts";
import { selectFinder } from "../../../src/discovery/scan/select-finder.ts";
import { WasmFinder } from "../../../src/discovery/scan/wasm-finder.ts";

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
      fc.property(needles, hay, hay, fc.nat(40), fc.nat(40), (words, text, common, from, rest) => {
        const wanted = { needles: words, common };
        const [plain, fast] = [new PlainFinder(wanted), new WasmFinder(wanted)].map((finder) => {
          // Bytes behind the end must not be seen, though they hold needles too.
          put(finder, `\n${text}${words.join("")}`, READ_AT);
          const end = READ_AT + 1 + Math.max(0, text.length - rest);
          return lineOf(finder, Math.min(end, READ_AT + from), end);
        });
        expect(fast).toBe(plain);
      }),
      { numRuns: inputs(20) },
    );
  });

  it("finds a needle at each place, with the stride that the kernel has places of its own for and with others", () => {
    for (const word of ["abcdefghijkl", "abcdefghijklm", "abcdefghijklmn"]) {
      const finder = new WasmFinder({ needles: [word] });
      for (let place = 0; place < 300; place += 1) {
        put(finder, `${"x".repeat(place)}${word}${"x".repeat(300)}`, READ_AT);
        expect(finder.find(READ_AT, READ_AT + 600)).toBe(READ_AT + place);
      }
    }
  });

  it("says where a needle begins", () => {
    fc.assert(
      fc.property(needles, hay, (words, text) => {
        const finder = new WasmFinder({ needles: words });
        put(finder, text, READ_AT);
        const at = finder.find(READ_AT, READ_AT + text.length);
        if (at >= 0) expect(words.some((word) => text.startsWith(word, at - READ_AT))).toBe(true);
      }),
    );
  });

  it("counts the newlines that the plain one counts, in any stretch", () => {
    const plain = new PlainFinder({ needles: ["xx"] });
    const fast = new WasmFinder({ needles: ["xx"] });
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

  it("counts lines that are all empty, more than a byte can count", () => {
    const finder = new WasmFinder({ needles: ["xx"] });
    finder.text.fill(10);
    for (const length of [4032, 4096, 9001, TEXT_SIZE - READ_AT])
      expect(finder.newlines(READ_AT, READ_AT + length)).toBe(length);
  });

  it("tells where the line begins and ends that the plain one tells, in any stretch", () => {
    const finders = [new PlainFinder({ needles: ["xx"] }), new WasmFinder({ needles: ["xx"] })];
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
      { numRuns: inputs(50) },
    );
  });

  it("finds each of many needles, at the end of its memory too", () => {
    const words = Array.from({ length: 400 }, (_each, index) => `needle-${String(index).padStart(6, "0")}-of-many`);
    const finder = new WasmFinder({ needles: words });
    for (const word of words) {
      put(finder, word, TEXT_SIZE - word.length);
      expect(finder.find(TEXT_SIZE - 100, TEXT_SIZE)).toBe(TEXT_SIZE - word.length);
    }
  });
});

interface Kept {
  readonly key: string;
  readonly byteOffset: number;
  readonly text: string;
}

/** The lines that are found, and the newest of each key. */
function search(finder: Finder, text: string, origin: number): { readonly found: string[]; readonly kept: Kept[] } {
  put(finder, text, READ_AT);
  finder.origin = origin - READ_AT;
  const end = READ_AT + Buffer.byteLength(text);
  const found: string[] = [];
  for (let hit = finder.find(READ_AT, end); hit >= 0; ) {
    const stop = finder.lineEnd(hit, end);
    found.push(finder.text.toString("latin1", finder.lineStart(hit, READ_AT), stop));
    hit = finder.find(stop, end);
  }
  return { found, kept: taken(finder) };
}

function taken(finder: Finder): Kept[] {
  const kept = finder
    .takeNewest()
    .map(({ key, byteOffset, bytes }) => ({ key, byteOffset, text: Buffer.from(bytes).toString() }));
  return kept.sort((a, b) => a.byteOffset - b.byteOffset);
}

describe("lines of which the newest of each key is wanted", () => {
  const key = fc.constantFrom("AAAA", "AAAB", "B", "a/wal");
  const piece = fc.oneof(
    key,
    fc.constantFrom("push", "/wal/", "pushy", "needle", " ", "x".repeat(40), "of ", "y".repeat(LONGEST_KEPT - 30)),
  );
  const odd = fc.array(piece, { maxLength: 7 });
  const long = fc.integer({ min: LONGEST_KEPT - 20, max: LONGEST_KEPT }).map((length) => "z".repeat(length));
  const ending = fc.oneof(fc.constantFrom("", "a", "al/", "wal/wal/", "state=one", "state=two", "needle"), long);
  const middle = fc.constantFrom("", "x".repeat(40), "x".repeat(90));
  const upload = fc.tuple(fc.constantFrom("push", "ypush "), middle, key, fc.constant("/wal/"), middle, ending);
  const line = fc.oneof(odd, { arbitrary: upload, weight: 4 }).map((pieces) => pieces.join(""));
  const lines = fc.array(line, { maxLength: 20 });
  const rule: Wanted = {
    // Needles that share grams with the rule's, or hold it.
    needles: ["needle", "ypush", "sh/wa"],
    common: "needn't push",
    newest: { needle: "push", before: "/wal/", length: 4, ending: 8 },
  };
  const [plain, fast] = [new PlainFinder(rule), new WasmFinder(rule)];

  it("are kept by the fast finder as by the plain one, and the others found by both", () => {
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 3 }), fc.nat(2 ** 40), (blocks, origin) => {
        for (const block of blocks) {
          const told = [plain, fast].map((finder) => search(finder, block.join("\n"), origin));
          expect(told[1]).toEqual(told[0]);
        }
      }),
      { numRuns: inputs(25) },
    );
  });

  it("are kept from one stretch of text to the next, until they are asked for", () => {
    for (const finder of [plain, fast]) {
      for (const [at, text] of [
        "push AAAA/wal/ the one\n",
        "push BBBB/wal/ the one\n",
        "push AAAA/wal/ all the one\n",
      ].entries()) {
        put(finder, text, READ_AT);
        finder.origin = at * 100 - READ_AT;
        expect(finder.find(READ_AT, READ_AT + text.length)).toBe(-1);
      }
      expect(taken(finder)).toEqual([
        { key: "BBBB the one", byteOffset: 100, text: "push BBBB/wal/ the one" },
        { key: "AAAA the one", byteOffset: 200, text: "push AAAA/wal/ all the one" },
      ]);
      expect(taken(finder)).toEqual([]);
    }
  });

  it("are kept apart, however many keys there are", () => {
    const upload = (index: number, more: string): string =>
      `push ${index + 10_000}/wal/${more} all done ${index % 7}\n`;
    const indexes = Array.from({ length: 7000 }, (_each, index) => index);
    const [first, last] = ["", "x".repeat(60)].map((more) => indexes.map((index) => upload(index, more)).join(""));
    for (const finder of [plain, fast]) {
      const { kept } = search(finder, `${first}${last}`, 0);
      expect(kept.map(({ text }) => `${text}\n`).join("")).toBe(last);
    }
  });

  it("are found as any other if there is no room for more of them", () => {
    const lines = Array.from({ length: 4500 }, (_each, index) => `push ${index + 10_000}/wal/${"x".repeat(4000)}`);
    for (const finder of [plain, fast]) {
      const found = lines.filter((line) => {
        put(finder, line, READ_AT);
        return finder.find(READ_AT, READ_AT + line.length) >= 0;
      });
      const kept = taken(finder).map(({ text }) => text);
      expect(found.length).toBeGreaterThan(0);
      expect([...kept, ...found].sort()).toEqual(lines);
    }
  });
});

describe("needles", () => {
  it("that fit no table are searched plainly", () => {
    const words = Array.from({ length: 5000 }, (_each, index) => `needle-${index}`);
    expect(selectFinder({ needles: words })).toBeInstanceOf(PlainFinder);
    expect(selectFinder({ needles: ["needle"] })).toBeInstanceOf(WasmFinder);
  });

  it("with a rule whose key stands before one byte are searched plainly", () => {
    const newest = { needle: "push", before: "/", length: 4, ending: 0 };
    const finder = selectFinder({ needles: ["needle"], newest });
    expect(finder).toBeInstanceOf(PlainFinder);
    expect(search(finder, "push AAAA/ one\npush AAAA/ two\n", 0).kept.map(({ text }) => text)).toEqual([
      "push AAAA/ two",
    ]);
  });

  it("of one byte, or with a newline, are refused", () => {
    for (const words of [[], ["x"], ["a\nb"]]) {
      expect(() => new PlainFinder({ needles: words })).toThrow(RangeError);
      expect(() => new WasmFinder({ needles: words })).toThrow(RangeError);
    }
  });
});
