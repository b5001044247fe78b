/** What the installed package holds and does beside the smoke of package.gate.test.ts. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InstalledPackage } from "./installed-package.ts";

const installed = new InstalledPackage();
const run = installed.run.bind(installed);

beforeAll(() => installed.install());
afterAll(() => installed.remove());

describe("the installed package", () => {
  it("has its manual page where man looks for it, beside the program", () => {
    const page = join(installed.place, "prefix/share/man/man1/dingo-recover.1");
    expect(readFileSync(page, "utf8")).toMatch(/^\.TH DINGO\\-RECOVER 1/);
  });

  it("came with no other package and no script of one, and has the licences of what it holds", () => {
    expect(readdirSync(installed.directory)).not.toContain("node_modules");
    const { bundled, dependencies, scripts } = JSON.parse(
      readFileSync(join(installed.directory, "package.json"), "utf8"),
    );
    expect(dependencies).toBeUndefined();
    for (const name of ["preinstall", "install", "postinstall", "prepare"]) expect(scripts).not.toHaveProperty(name);
    const notices = readFileSync(join(installed.directory, "bundle/NOTICES"), "utf8");
    for (const name of bundled) expect(notices).toContain(`\n${name} `);
  });

  it("checks runbooks and completes as the clone does", () => {
    const runbook = resolve("runbooks/recover-deleted-service.yml");
    for (const words of [["lint", runbook], ["--get-yargs-completions", "run", ""], ["--help"]]) {
      const cloned = run(process.execPath, resolve("dist/bin.cjs"), ...words);
      expect(run(installed.program, ...words)).toMatchObject({ status: 0, stdout: cloned.stdout, stderr: "" });
    }
  });

  it("runs an own runbook with an own action, out of the package's example", () => {
    const words = ["run", join(installed.directory, "docs/own-runbook/before-we-begin.yml"), "--non-interactive"];
    const config = ["--config", join(installed.directory, "docs/own-runbook/dingo-recover.yml")];
    const { status, stdout, stderr } = run(installed.program, ...words, "--input", "team=data", ...config);
    expect([status, stderr], stdout).toEqual([0, ""]);
    expect(stdout).toContain("body is there");
  });

  it("hands users' own actions the contract, with its types", async () => {
    const { defineAction, EFFECTS } = await import(pathToFileURL(join(installed.directory, "dist/action.js")).href);
    expect(EFFECTS).toEqual(["read", "create", "disrupt", "destroy"]);
    expect(defineAction({ id: "x" })).toEqual({ id: "x" });
    expect(readFileSync(join(installed.directory, "dist/action.d.ts"), "utf8")).toContain(
      "export declare function defineAction",
    );
  });
});

describe("the clone", () => {
  it("runs no install script of a dependency, whichever npm installs it and however it is called", () => {
    const clone = join(installed.place, "clone");
    const dependency = join(installed.place, "dependency");
    for (const directory of [clone, dependency]) mkdirSync(directory);
    const own = { name: "dependency", version: "1.0.0", scripts: { install: 'echo ran > "$INIT_CWD/ran"' } };
    writeFileSync(join(dependency, "package.json"), JSON.stringify(own));
    writeFileSync(join(clone, "package.json"), JSON.stringify({ name: "clone", version: "1.0.0" }));
    const install = () => run("npm", "--prefix", clone, "install", "--install-links", dependency);
    expect(install()).toMatchObject({ status: 0 });
    const ran = join(installed.home, "ran");
    expect(existsSync(ran), "a script that runs without it").toBe(true);
    rmSync(ran);
    rmSync(join(clone, "node_modules"), { recursive: true });
    copyFileSync(".npmrc", join(clone, ".npmrc"));
    expect(install()).toMatchObject({ status: 0 });
    expect(existsSync(join(clone, "node_modules/dependency/package.json"))).toBe(true);
    expect(existsSync(ran)).toBe(false);
  });
});
