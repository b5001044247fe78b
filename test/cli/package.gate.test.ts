/** The package installs offline into an empty prefix, tells its version, and recovers the box. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/process/shipped-runbooks.ts";
import { InstalledPackage } from "./installed-package.ts";

const installed = new InstalledPackage();
const run = installed.run.bind(installed);

beforeAll(() => installed.install());
afterAll(() => installed.remove());

describe("the installed package", () => {
  it("tells its version, its build, its Node and the runbooks inside, as a journal has them", () => {
    const { status, stdout, stderr } = run(installed.program, "--version", "--json");
    expect([status, stderr]).toEqual([0, ""]);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({
      schema: "dingo-recover/version@1",
      version: JSON.parse(readFileSync("package.json", "utf8")).version,
      build: { form: "package" },
      node: { version: process.versions.node },
    });
    expect(said.runbooks.length).toBe(readdirSync("runbooks").length);
    for (const { name, version, sha256 } of said.runbooks)
      expect({ name, version, sha256 }).toEqual(
        (({ name, version, sha256 }) => ({ name, version, sha256 }))(openRunbook(name)),
      );
    const lines = run(installed.program, "--version").stdout.split("\n");
    expect(lines[0]).toBe(`dingo-recover ${said.version}`);
    expect(lines.filter((line) => /^ {2}[a-z-]+ +\d+ {2}[0-9a-f]{16}$/u.test(line)).length).toBe(said.runbooks.length);
  });

  it("recovers the box", () => {
    const { status, stdout } = run(installed.program, "rehearse", "--pace", "max");
    expect(status, stdout.slice(-2000)).toBe(0);
    expect(stdout).toContain("public.orders: 125 rows");
  }, 300_000);
});
