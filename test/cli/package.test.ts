/** The package as it is installed: from the file that `npm pack` makes, where no registry answers, into a place of its own. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/shipped-runbooks.js";

const place = realpathSync(mkdtempSync(join(tmpdir(), "package-")));
const installed = join(place, "prefix/lib/node_modules/dingo-recover");
const program = join(place, "prefix/bin/dingo-recover");
const env = {
  HOME: join(place, "home"),
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  npm_config_cache: join(place, "cache"),
  npm_config_registry: "http://127.0.0.1:1/",
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
};

function run(command: string, ...words: string[]) {
  return spawnSync(command, words, { cwd: env.HOME, encoding: "utf8", env, timeout: 300_000, maxBuffer: 1 << 26 });
}

beforeAll(() => {
  mkdirSync(env.HOME);
  // It was built before the tests.
  const packed = run("npm", "pack", resolve("."), "--ignore-scripts", "--pack-destination", place);
  expect(packed.status, packed.stderr).toBe(0);
  const file = readdirSync(place).find((name) => name.endsWith(".tgz")) ?? "";
  const done = run("npm", "install", "--global", "--prefix", join(place, "prefix"), join(place, file));
  expect(done.status, done.stderr).toBe(0);
}, 300_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("the installed package", () => {
  it("has its manual page where man looks for it, beside the program", () => {
    const page = join(place, "prefix/share/man/man1/dingo-recover.1");
    expect(readFileSync(page, "utf8")).toMatch(/^\.TH DINGO\\-RECOVER 1/);
  });

  it("came with no other package and no script of one, and has the licences of what it holds", () => {
    expect(readdirSync(installed)).not.toContain("node_modules");
    const { bundled, dependencies, scripts } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(dependencies).toBeUndefined();
    for (const name of ["preinstall", "install", "postinstall", "prepare"]) expect(scripts).not.toHaveProperty(name);
    const notices = readFileSync(join(installed, "bundle/NOTICES"), "utf8");
    for (const name of bundled) expect(notices).toContain(`\n${name} `);
  });

  it("tells its version, its build, its Node and the runbooks inside, as a journal has them", () => {
    const { status, stdout, stderr } = run(program, "--version", "--json");
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
    const lines = run(program, "--version").stdout.split("\n");
    expect(lines[0]).toBe(`dingo-recover ${said.version}`);
    expect(lines.filter((line) => /^ {2}[a-z-]+ +\d+ {2}[0-9a-f]{16}$/u.test(line)).length).toBe(said.runbooks.length);
  });

  it("checks runbooks and completes as the clone does", () => {
    const runbook = resolve("runbooks/recover-deleted-service.yml");
    for (const words of [["lint", runbook], ["--get-yargs-completions", "run", ""], ["--help"]]) {
      const cloned = run(process.execPath, resolve("dist/bin.cjs"), ...words);
      expect(run(program, ...words)).toMatchObject({ status: 0, stdout: cloned.stdout, stderr: "" });
    }
  });

  it("recovers the box", () => {
    const { status, stdout } = run(program, "rehearse", "--pace", "max");
    expect(status, stdout.slice(-2000)).toBe(0);
    expect(stdout).toContain("public.orders: 125 rows");
  }, 300_000);

  it("runs an own runbook with an own action, out of the package's example", () => {
    const words = ["run", join(installed, "docs/own-runbook/before-we-begin.yml"), "--non-interactive"];
    const config = ["--config", join(installed, "docs/own-runbook/dingo-recover.yml")];
    const { status, stdout, stderr } = run(program, ...words, "--input", "team=data", ...config);
    expect([status, stderr], stdout).toEqual([0, ""]);
    expect(stdout).toContain("body is there");
  });

  it("hands users' own actions the contract, with its types", async () => {
    const { defineAction, EFFECTS } = await import(pathToFileURL(join(installed, "dist/action.js")).href);
    expect(EFFECTS).toEqual(["read", "create", "disrupt", "destroy"]);
    expect(defineAction({ id: "x" })).toEqual({ id: "x" });
    expect(readFileSync(join(installed, "dist/action.d.ts"), "utf8")).toContain("export declare function defineAction");
  });
});

describe("the clone", () => {
  it("answers for every dependency with an install script that it needs none, whatever npm runs by default", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: true }>>;
    };
    const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
    const names = scripted.map((path) => path.replace(/^.*node_modules\//u, ""));
    const { allowScripts } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(names).not.toEqual([]);
    expect(allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])));
  });

  it("runs no install script of a dependency, whichever npm installs it and however it is called", () => {
    const clone = join(place, "clone");
    const dependency = join(place, "dependency");
    for (const directory of [clone, dependency]) mkdirSync(directory);
    const own = { name: "dependency", version: "1.0.0", scripts: { install: 'echo ran > "$INIT_CWD/ran"' } };
    writeFileSync(join(dependency, "package.json"), JSON.stringify(own));
    writeFileSync(join(clone, "package.json"), JSON.stringify({ name: "clone", version: "1.0.0" }));
    const install = () => run("npm", "--prefix", clone, "install", "--install-links", dependency);
    expect(install()).toMatchObject({ status: 0 });
    const ran = join(env.HOME, "ran");
    expect(existsSync(ran), "a script that runs without it").toBe(true);
    rmSync(ran);
    rmSync(join(clone, "node_modules"), { recursive: true });
    copyFileSync(".npmrc", join(clone, ".npmrc"));
    expect(install()).toMatchObject({ status: 0 });
    expect(existsSync(join(clone, "node_modules/dependency/package.json"))).toBe(true);
    expect(existsSync(ran)).toBe(false);
  });

  it("is not told to pack what nobody has built: no script of its own runs by itself either", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(
      Object.keys(scripts).filter((name) => /^(?:pre|post)|^(?:install|prepare|dependencies)$/u.test(name)),
    ).toEqual([]);
    const told = ["README.md", "docs/test-backup/Dockerfile"].flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.includes("&& npm pack")),
    );
    expect(told).toHaveLength(2);
    for (const line of told) expect(line).toContain("npm ci && npm run build && npm pack");
  });
});
