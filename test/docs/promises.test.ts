/** Each promise of the threat model and of the guarantees names a test that is there and tests something. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const PAGES = ["docs/threat-model.md", "docs/guarantees.md"];
/** A call, and not the word. */
const HOLDS = /\b(?:it|test)(?:\.[a-zA-Z]+)*\(|Contract\(/u;

interface Promised {
  readonly what: string;
  readonly tests: readonly string[];
}

/** Rows of tables with three columns, the last of which names tests. */
function promisesOf(text: string): readonly Promised[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.flatMap((row) => {
    const [, what = "", , tests] = row.split(" | ").length === 3 ? ["", ...row.split(" | ")] : [];
    if (tests === undefined || tests.startsWith("held by")) return [];
    return [
      {
        what: what.slice(2),
        tests: [...tests.matchAll(/`(test\/[^`]+)`/gu)].map(([, path = ""]) => path),
      },
    ];
  });
}

/** Test files of a file or a directory. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((each) => statSync(each).isFile());
}

/** Suites of a contract lie in files that other tests import. */
const holds = (path: string): boolean => filesOf(path).some((file) => HOLDS.test(readFileSync(file, "utf8")));

const without = (text: string): readonly string[] =>
  promisesOf(text)
    .filter(({ tests }) => tests.length === 0 || !tests.every(holds))
    .map(({ what, tests }) => `${what}: ${tests.join(", ") || "no test"}`);

describe.each(PAGES)("%s", (page) => {
  it("promises nothing without a test", () => {
    const text = readFileSync(page, "utf8");
    expect(promisesOf(text).length).toBeGreaterThan(10);
    expect(without(text)).toEqual([]);
  });
});

it("a promise without a test, and one whose test is not there, are told", () => {
  const table =
    "| against | by | held by |\n| --- | --- | --- |\n| rain | an umbrella | nothing |\n| snow | a coat | `test/coat.test.ts` |\n| hail | a roof | `test/docs` |\n| fog | a word in a comment | `test/cli/understood.ts` |";
  expect(without(table)).toEqual(["rain: no test", "snow: test/coat.test.ts", "fog: test/cli/understood.ts"]);
});

it("the threat model has a part for each of the four attackers", () => {
  const parts = readFileSync("docs/threat-model.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("## The "));
  expect(parts).toEqual([
    "## The tenant",
    "## The neighbour on the host",
    "## The author of a file",
    "## The man in the middle",
  ]);
});
