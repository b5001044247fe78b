import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../src/cli/commands/table.ts";

const PAGE = readFileSync("docs/tenants.md", "utf8");
const plain = PAGE.replaceAll(/\s+/gu, " ");

describe("the page for tenants", () => {
  it("names commands that there are", () => {
    const named = [...PAGE.matchAll(/dingo-recover ([a-z]+)/gu)].map(([, command = ""]) => command);
    expect(named).not.toEqual([]);
    for (const command of named) expect(COMMANDS).toContain(command);
  });

  it("says first what not to do", () => {
    expect(PAGE).toMatch(/\n1\. \*\*Do not recreate it\*\*/);
  });

  it("gives clone-from its name and form, and what is against it", () => {
    expect(PAGE).toContain(`-c '{"clone-from": "OLD-NAME"}'`);
    for (const said of ["0.10.0 or later", "very same space", "it has a gap", "not itself a clone"])
      expect(plain).toContain(said);
  });

  it("is found from the README, and leads nowhere else", () => {
    expect(readFileSync("README.md", "utf8")).toContain("(docs/tenants.md)");
    for (const [, path = ""] of PAGE.matchAll(/\]\(([^)]+)\)/gu)) expect(existsSync(join("docs", path))).toBe(true);
  });
});
