import { execFileSync } from "node:child_process";
import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { quote } from "../../../src/kit/commands/shell-quote.ts";

/** The words that a real shell makes of the line, as `printf` gets them. */
function split(shell: string, line: string): string[] {
  const out = execFileSync(shell, ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return out.split("\0").slice(0, -1);
}

/** The characters that some shell treats specially, and a letter. */
const SPECIAL = Array.from("'\"\\$`!*?[]{}()<>|&;#~= \t\n%^-a");

const word = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(...SPECIAL) }));
const words = fc.array(
  word.map((text) => text.replaceAll("\0", "")),
  { minLength: 1, maxLength: 6 },
);

describe("quoting for a shell", () => {
  it.each(["sh", "bash"])("survives %s for any words", (shell) => {
    fc.assert(
      // One shell for many words: its start takes the time.
      fc.property(fc.array(words, { minLength: 1, maxLength: 10 }), (lines) => {
        const text = lines.map(quote).join(" ");
        expect(split(shell, text)).toEqual(lines.flat());
      }),
      { numRuns: inputs(5) },
    );
  });

  it("leaves plain words as a person would write them", () => {
    expect(quote(["docker", "stop", "-t", "10", "cf-52167ceb"])).toBe("docker stop -t 10 cf-52167ceb");
    expect(quote(["echo", "it's", "", "$(id)"])).toBe(`echo 'it'\\''s' '' '$(id)'`);
  });

  it.each([["if"], ["A=b"], ["time"]])("keeps the first word %s from being more than a command's name", (first) => {
    expect(quote([first, "x"])).toBe(`'${first}' x`);
  });

  it("refuses what no argv can carry", () => {
    expect(() => quote(["a\0b"])).toThrow(RangeError);
  });
});
