/** The package installs offline into an empty prefix, tells its version, and recovers the box. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
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

  it("has the types of an own action, beside the packages that the page names", () => {
    const page = readFileSync("docs/writing-a-runbook.md", "utf8");
    const [, install = "", check = ""] = /^(npm install --save-dev .*)\nnpx (tsc .*)$/mu.exec(page) ?? [];
    expect(install).toMatch(/dingo-recover-[\d.]+\.tgz typescript zod@4 @types\/node@24$/u);
    const empty = join(installed.place, "empty");
    mkdirSync(join(empty, "node_modules/@types"), { recursive: true });
    const added = run("npm", "--prefix", empty, "install", "--save-dev", installed.file);
    expect(added.status, added.stderr).toBe(0);
    for (const name of ["zod", "@types/node", "undici-types"])
      symlinkSync(resolve("node_modules", name), join(empty, "node_modules", name));
    copyFileSync(join(installed.directory, "docs/own-runbook/actions.mjs"), join(empty, "actions.mjs"));
    const [, ...words] = check.split(" ");
    const checked = run("env", "-C", empty, resolve("node_modules/.bin/tsc"), ...words);
    expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, "", ""]);
  });

  it("recovers the box", () => {
    const { status, stdout } = run(installed.program, "rehearse", "--pace", "max");
    expect(status, stdout.slice(-2000)).toBe(0);
    expect(stdout).toContain("public.orders: 125 rows");
  }, 300_000);
});
