/** The pictures of the terminal in docs show the goldens. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { columnsOf } from "../../../src/cli/screen/text.ts";
import { describe, expect, it } from "vitest";
import { fileDirectory } from "../../directory.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const directory = fileDirectory();

describe("the pictures of the terminal", () => {
  it("are made by build/pictures.mjs from the goldens as they are", () => {
    execFileSync(process.execPath, [join(ROOT, "build", "pictures.mjs"), "--to", directory]);
    const made = readdirSync(directory);
    expect(made.length).toBeGreaterThan(2);
    for (const name of made)
      expect(readFileSync(join(directory, name), "utf8"), `${name}: node build/pictures.mjs makes it anew`).toBe(
        readFileSync(join(ROOT, "docs", "pictures", name), "utf8"),
      );
  });

  it("are all on a page, with words for those who do not see them", () => {
    const pages = ["README.md", "docs/operating.md"].map((page) => readFileSync(join(ROOT, page), "utf8")).join("\n");
    for (const name of readdirSync(join(ROOT, "docs", "pictures")))
      expect(pages).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\((?:docs/)?pictures/${name.replaceAll(".", "\\.")}\\)`));
  });

  it("have a film that is small, moves by itself, and stands still for those who want no motion", () => {
    const svg = readFileSync(join(ROOT, "docs", "pictures", "rehearsal.svg"), "utf8");
    expect(Buffer.byteLength(svg)).toBeLessThan(150_000);
    expect(svg).toContain("step-end infinite");
    expect(svg).toContain("prefers-reduced-motion");
    expect(svg).not.toMatch(/<script|href="[^#]|url\(|@import/u);
  });
});

describe("each golden of a screen", () => {
  it.each(readdirSync(join(import.meta.dirname, "goldens")))(
    "%s is no wider and no higher than its terminal",
    (name) => {
      const [, columns, rows] = /\.(\d+)x(\d+)\.txt$/.exec(name) ?? [];
      const lines = readFileSync(join(import.meta.dirname, "goldens", name), "utf8")
        .trimEnd()
        .split("\n");
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(Number(columns));
      expect(lines.length).toBeLessThanOrEqual(Number(rows));
    },
  );
});
