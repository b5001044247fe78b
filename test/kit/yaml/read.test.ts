import { describe, expect, it } from "vitest";
import { readPlain } from "../../../src/kit/yaml/plain.ts";
import { Findings } from "../../../src/kit/yaml/findings.ts";
import { offsetWithin } from "../../../src/kit/yaml/located.ts";
import { readYaml } from "../../../src/kit/yaml/read.ts";

function mistakes(text: string): string[] {
  const read = readPlain(text, "x.yml");
  return "diagnostics" in read
    ? read.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
}

describe("reading YAML", () => {
  it("gives values as they look", () => {
    const text = 'a: text\nb: 12\nc: true\nd: null\ne: [x, "010", -1.5]\nf: { g: >-\n  folded\n  text }\n';
    expect(readPlain('a: text\nb: 12\nc: true\nd: null\ne: [x, "010", -1.5]\n', "x.yml")).toEqual({
      value: { a: "text", b: 12, c: true, d: null, e: ["x", "010", -1.5] },
    });
    expect(mistakes(text)).not.toEqual([]);
  });

  it("reads JSON too", () => {
    expect(readPlain('{"a": [1, {"b": "c"}]}', "x.json")).toEqual({ value: { a: [1, { b: "c" }] } });
  });

  it("tells of each reference without quotes in braces or brackets, and of what is wrong elsewhere", () => {
    const text = "a: { x: ${{ inputs.a }}, y: 2 }\nb: 1.10\nc: [ ${{ inputs.c }}, 2 ]\nd: ${{ inputs.d }}\ne: 010\n";
    expect(mistakes(text)).toEqual([
      expect.stringMatching(/^1:9 a reference without quotes/),
      '2:4 "1.10" is read as the number 1.1',
      expect.stringMatching(/^3:6 a reference without quotes/),
      '5:4 "010" is read as the number 10',
    ]);
  });

  it("reads a document with any number of them in bounded time", () => {
    expect(mistakes("a: { x: ${{ inputs.a }} }\n".repeat(200)).length).toBeGreaterThan(0);
  });

  it("follows aliases and merges maps, keys that stand there first", () => {
    expect(readPlain("a: &a { x: 1, y: 2 }\nb: { <<: *a, y: 3 }\nc: *a\n", "x.yml")).toEqual({
      value: { a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: { x: 1, y: 2 } },
    });
  });

  it.each([
    ["a: 1_000\nb: 1.10", '2:4 "1.10" is read as the number 1.1'],
    ["a: 1e3", '1:4 "1e3" is read as the number 1000'],
    ["a: .inf", '1:4 ".inf" is read as a number that is none'],
    ["a: 12345678901234567890", '1:4 "12345678901234567890" is read as the number 12345678901234567000'],
    ["a: 1\na: 2", '2:1 the key "a" stands here a second time'],
    ["a: !!str 1", '1:10 "!!str" is read as a YAML tag'],
    ["a: !!map { x: 1 }", '1:10 "!!map" is read as a YAML tag'],
    ["a: 1\nb: !!seq [1]", '2:10 "!!seq" is read as a YAML tag'],
    ["%YAML 1.1\n---\na: yes", "1:1 a `%` directive"],
    ["a: 1\n---\nb: 2", "2:1 a second document begins here"],
    ["__proto__: { x: 1 }", '1:1 the key "__proto__" cannot stand here'],
    ["1: x", "1:1 a key is not text"],
    ['a: "\\e[2J"', "1:4 the text holds a control character"],
    ["a: x\u202ey", "1:5 the document holds a control character"],
    ["", "1:1 the document is empty"],
  ])("refuses %j", (text, message) => {
    expect(mistakes(text).some((one) => one.startsWith(message))).toBe(true);
  });

  it("takes what has no width, as it comes with pasted text, in a comment, in a text and as an escape", () => {
    expect(readPlain('# Größen\u00adorg\na: db\u200b\nb: "x\\u00ady"\n', "x.yml")).toEqual({
      value: { a: "db\u200b", b: "x\u00ady" },
    });
  });

  it("shows at most a hundred mistakes and says how many follow", () => {
    const found = mistakes(Array.from({ length: 300 }, (_, index) => `k${index}: 01`).join("\n"));
    expect(found).toHaveLength(100);
    expect(found.at(-1)).toContain("201 more mistakes follow");
  });
});

describe("the place of a character inside a value", () => {
  it.each([
    ["a: one two", "two"],
    ["a: 'one two'", "two"],
    ["a: >-\n  one\n  two", "two"],
    ["a: |\n    one\n    two\n", "two"],
    ["a: one\n  two", "two"],
  ])("is found in %j", (text, word) => {
    const findings = new Findings("x.yml", text);
    const root = readYaml(findings);
    const node = root?.kind === "map" ? root.entries.get("a")?.value : undefined;
    if (node?.kind !== "scalar") throw new Error("no scalar");
    expect(offsetWithin(text, node, String(node.value).indexOf(word))).toBe(text.indexOf(word));
  });
});
