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
    const table = PAGE.slice(PAGE.indexOf("## Where is it?"), PAGE.indexOf("\nThe tests of a house"));
    expect(rows).toHaveLength(table.match(/^\| (?!question|-)/gmu)?.length ?? 0);
    expect(rows.length).toBeGreaterThan(40);
    expect(new Set(rows.map(([row]) => row)).size).toBe(rows.length);
  });

  it.each(rows.map(([, file = "", name = ""]) => [file, name]))("lead to src/%s, which exports %s", (file, name) => {
    const exported = new RegExp(String.raw`^export (?:async )?(?:function|const|class|interface|type) ${name}\b`, "mu");
    expect(readFileSync(`src/${file}`, "utf8")).toMatch(exported);
  });
});

describe("what a newcomer looks for", () => {
  const rows = [...PAGE.matchAll(/^\| (.+\?) \| `[^`]+` \| `([^`]+)` \|$/gmu)].map(([, question, name]) => [
    question,
    name,
  ]);

  it.each(["loss", "intent and effect", "before each effect"])("has a row: %s", (words) => {
    expect(rows.filter(([question]) => question?.includes(words))).not.toEqual([]);
  });

  it("names the calls of a step that changes something, in their order", () => {
    const part = PAGE.slice(PAGE.indexOf("## Between intent and effect"), PAGE.indexOf("## An archive's address"));
    const steps = part.split("\n").filter((line) => /^\d\. /u.test(line));
    const named = steps.map((line) => /`([A-Za-z]+)`/u.exec(line)?.[1] ?? "");
    expect(named).toEqual(["guard", "obtainConsent", "journalStart", "run", "verify", "afterError"]);
    const source = readFileSync("src/engine/steps/mutating-step.ts", "utf8");
    const bodyOf = (name: string): string => source.slice(source.indexOf(`function ${name}(`)).split("\n}\n")[0] ?? "";
    const callsIn = (name: string): readonly string[] =>
      [...bodyOf(name).matchAll(/await ([A-Za-z]+)\(/gu)].map(([, call = ""]) => call);
    expect(callsIn("prepare").slice(0, 3)).toEqual(["guard", "obtainConsent", "guard"]);
    expect(callsIn("attemptOnce")).toEqual(["prepare", "journalStart", "run", "conclude"]);
    expect(readFileSync("src/engine/steps/proof.ts", "utf8")).toContain("await verify(session, mutation, output)");
  });

  it("is told where the tests of each house lie", () => {
    expect(PAGE).toContain("those of `ports` in `test/contract`");
    const untested = HOUSES.filter(({ name }) => name !== "ports" && !existsSync(`test/${name}`));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });

  it("can add a command, an action and a scenario: each file that the steps name is there", () => {
    const page = readFileSync("CONTRIBUTING.md", "utf8");
    const [, part = ""] = /\n## How to add(.*?)\n## /su.exec(page) ?? [];
    for (const kind of ["### A command", "### An action", "### A scenario"]) expect(part).toContain(kind);
    const named = [...part.matchAll(/`((?:src|test|docs|build|runbooks)\/[\w/.-]+)`/gu)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(path))).toEqual(["src/HOUSE/actions/SYSTEM/VERB.ts"]);
    expect(PAGE).toContain("../CONTRIBUTING.md#how-to-add");
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
