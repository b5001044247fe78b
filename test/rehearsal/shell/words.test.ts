import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../../src/rehearsal/shell/run.ts";
import { quote } from "../../../src/kit/commands/shell-quote.ts";

describe("splitting a line as a POSIX shell does", () => {
  it("gives back whatever the one quoting function made of an argv", () => {
    const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        expect(splitWords(quote(argv))).toEqual(argv);
      }),
    );
  });

  it.each([
    ["", []],
    ["''", [""]],
    ["a'b c'd", ["ab cd"]],
    [`'say "x"' 'it'\\''s'`, ['say "x"', "it's"]],
  ])("splits %j", (line, wanted) => {
    expect(splitWords(line)).toEqual(wanted);
  });

  it.each([
    "a|b",
    "a; b",
    "a && b",
    "> x",
    "$HOME",
    '"$x"',
    "`id`",
    "*",
    "~",
    "# x",
    "a\nb",
    "'open",
    '"open',
    '"x"',
    "a\\",
    "a\\ b",
  ])("refuses %j, which needs a real shell", (line) => {
    expect(splitWords(line)).toBeUndefined();
  });
});
