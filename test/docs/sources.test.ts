/** Each source and each law that a comment cites is a section of a page here, and no section is there for nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const FOLDER = "docs/sources";
const PAGES = readdirSync(FOLDER).map((file) => file.replace(/\.md$/u, ""));
/** Standards, which have sections too. */
const STANDARDS = ["HTML"];
const NUMBER = String.raw`§\d+[a-z]?(?:\.\d+)*`;
const CITATION = new RegExp(
  String.raw`(?<![\w/.-])([A-Za-z][\w-]*)(?:\.md)? (${NUMBER}(?:(?:, | and |–)${NUMBER})*)`,
  "gu",
);

const FILES = ["bench", "build", "docs", "src", "test"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => /\.(?:[cm]?[jt]s|md)$/u.test(path) && !path.startsWith(FOLDER)),
);

/** The texts with each comment as one line. */
const TEXTS = FILES.map((path) => ({
  path,
  text: readFileSync(path, "utf8").replaceAll(/\n\s*(?:\*(?!\/)|\/\/)? ?/gu, " "),
}));

const CITED = TEXTS.flatMap(({ path, text }) =>
  [...text.matchAll(CITATION)].flatMap(([, page = "", numbers = ""]) =>
    STANDARDS.includes(page)
      ? []
      : [...numbers.matchAll(new RegExp(NUMBER, "gu"))].map(([number]) => ({ path, section: `${page} ${number}` })),
  ),
);

const SECTIONS = PAGES.flatMap((page) =>
  readFileSync(join(FOLDER, `${page}.md`), "utf8")
    .split("\n## ")
    .slice(1)
    .map((section) => ({
      name: `${page} ${section.split(" ", 1)[0] ?? ""}`,
      sourced: /\nSource: .+\.\n?$/u.test(section),
    })),
);

describe("the pages of sources", () => {
  it("have every section that is cited", () => {
    const names = new Set(SECTIONS.map(({ name }) => name));
    expect(CITED.length).toBeGreaterThan(400);
    expect(CITED.filter(({ section }) => !names.has(section))).toEqual([]);
  });

  it("have no section that nobody cites, and none without its source", () => {
    const cited = new Set(CITED.map(({ section }) => section));
    expect(SECTIONS.filter(({ name, sourced }) => !cited.has(name) || !sourced)).toEqual([]);
  });

  it("are cited by section, and no page is cited that is not here", () => {
    const named = new RegExp(String.raw`(?<![\w/])(?:${PAGES.join("|")}|DESIGN|code-models)\.md(?! §[\dN])`, "u");
    expect(TEXTS.filter(({ text }) => named.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe("the page of laws", () => {
  const laws = [...readFileSync("docs/laws.md", "utf8").matchAll(/^\| (\d+) \| .+ \| (.+) \|$/gmu)];

  it("has each law that is cited", () => {
    const numbers = new Set(laws.map(([, number]) => number));
    const cited = TEXTS.flatMap(({ path, text }) =>
      [...text.matchAll(/\blaws? (\d+(?:(?:, | and )\d+)*)/giu)].flatMap(([, list = ""]) =>
        (list.match(/\d+/gu) ?? []).map((number) => ({ path, number })),
      ),
    );
    expect(laws.map(([, number]) => Number(number))).toEqual(Array.from({ length: 18 }, (_law, at) => at + 1));
    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter(({ number }) => !numbers.has(number))).toEqual([]);
  });

  it("names a test of each, and rules that exist", () => {
    const arrows = readFileSync("build/arrows.mjs", "utf8");
    for (const [, number, held = ""] of laws) {
      expect(held, number).toMatch(/`test\//u);
      for (const [, rule = ""] of held.matchAll(/(?:rules?|and) `([a-z-]+)`/gu)) expect(arrows).toContain(`"${rule}"`);
    }
  });
});
