/** The pages are written in short sentences that name the thing first. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sentencesOf } from "./sentences.ts";

const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["docs", "docs/sources"].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];
const MOST_WORDS = 20;
/** Words that hide who does something, or to what. */
const VAGUE = /\b(?:whoever|whatever|whichever|of (?:its|one's|their|our) own(?! [a-z]))\b/iu;

describe.each(PAGES)("%s", (page) => {
  const sentences = sentencesOf(readFileSync(page, "utf8"));

  it(`has sentences of at most ${MOST_WORDS} words`, () => {
    expect(sentences.length).toBeGreaterThan(5);
    expect(sentences.filter(({ words }) => words > MOST_WORDS)).toEqual([]);
  });

  it("names who and what", () => {
    expect(sentences.filter(({ text }) => VAGUE.test(text))).toEqual([]);
  });
});

describe("a sentence", () => {
  it("ends at a full stop, an item, a cell or a semicolon within a cell", () => {
    const page =
      "# Not this\n\nOne two. Three `a b c` four!\n\n- five\n- six\n  seven\n\n| a | b; c |\n| --- | --- |\n";
    expect(sentencesOf(page).map(({ text }) => text)).toEqual([
      "One two.",
      "Three X four!",
      "five",
      "six seven",
      "a",
      "b",
      "c",
    ]);
  });

  it("counts a span of code as one word, a link by its text, and no block of code", () => {
    const page = "Type `a b c` in [the page](docs/x.md) now.\n\n```sh\nnot this one\n```\n";
    expect(sentencesOf(page)).toEqual([{ text: "Type X in the page now.", words: 6 }]);
  });

  it("is too long with one word more", () => {
    const words = (count: number): string => `${"word ".repeat(count - 1)}end.`;
    expect(sentencesOf(words(21)).map((each) => each.words)).toEqual([21]);
  });
});
