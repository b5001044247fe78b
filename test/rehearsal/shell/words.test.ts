import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../../src/rehearsal/shell/run.ts";
import { quote } from "../../../src/kit/commands/shell-quote.ts";

const words = (line: string) => {
  const split = splitWords(line);
  return split.ok ? split.words : split.why;
};

describe("splitting a line as a POSIX shell does", () => {
  it("gives back whatever the one quoting function made of an argv", () => {
    const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        expect(words(quote(argv))).toEqual(argv);
      }),
    );
  });

  it.each([
    ["a  b\tc", ["a", "b", "c"]],
    ["''", [""]],
    ["a'b c'd", ["ab cd"]],
    [`"say \\"x\\"" 'it'\\''s'`, ['say "x"', "it's"]],
    ["a\\ b", ["a b"]],
    ["x~y a#b", ["x~y", "a#b"]],
  ])("splits %j", (line, wanted) => {
    expect(words(line)).toEqual(wanted);
  });

  it.each(["a|b", "a; b", "a && b", "> x", "$HOME", '"$x"', "`id`", "*", "~", "# x", "a\nb", "'open", '"open', "a\\"])(
    "refuses %j, which needs a real shell",
    (line) => {
      expect(splitWords(line).ok).toBe(false);
    },
  );
});
