/** docs/architecture.md names every house and only files that are there; a folder of src stays small enough to be read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const PAGE = readFileSync("docs/architecture.md", "utf8");
const HOUSES = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe("the page of the architecture", () => {
  it("has a row for each house", () => {
    const rows = [...PAGE.matchAll(/^\| `([a-z]+)` \|/gmu)].map(([, house]) => house);
    expect(rows.toSorted()).toEqual(HOUSES.map(({ name }) => name).toSorted());
  });

  it("names files and folders of src alone", () => {
    const houses = HOUSES.map(({ name }) => name).join("|");
    const named = [...PAGE.matchAll(new RegExp(`\`((?:${houses})/[\\w./-]+)\``, "gu"))].map(([, path]) => path ?? "");
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(`src/${path}`))).toEqual([]);
  });
});

describe("its questions", () => {
  const rows = [...PAGE.matchAll(/^\| .+\? \| `([^`]+)` \| `([^`]+)` \|$/gmu)];

  it("are asked once each", () => {
    const table = PAGE.slice(PAGE.indexOf("## Where is it?"), PAGE.indexOf("\nTests lie below"));
    expect(rows).toHaveLength(table.match(/^\| (?!question|-)/gmu)?.length ?? 0);
    expect(rows.length).toBeGreaterThan(40);
    expect(new Set(rows.map(([row]) => row)).size).toBe(rows.length);
  });

  it.each(rows.map(([, file = "", name = ""]) => [file, name]))("lead to src/%s, which exports %s", (file, name) => {
    const exported = new RegExp(String.raw`^export (?:async )?(?:function|const|class|interface|type) ${name}\b`, "mu");
    expect(readFileSync(`src/${file}`, "utf8")).toMatch(exported);
  });
});

describe("the tree of src", () => {
  it("has at most 35 files in a folder, and six at its top", () => {
    const files = readdirSync("src", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const folders = [...new Set(files.map(({ parentPath }) => parentPath))];
    const sizeOf = (folder: string): number => files.filter(({ parentPath }) => parentPath === folder).length;
    expect(folders.filter((folder) => sizeOf(folder) > (folder === "src" ? 6 : 35))).toEqual([]);
  });
});
