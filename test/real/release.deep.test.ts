/**
 * The two parts of a release. The package is installed with no registry in reach. The single executable is made here
 * and runs as on a machine without Node: no PATH, an empty home, nothing of the clone beside it. Another runs in the
 * Debian of the rig, which has no Node.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { rootCertificates } from "node:tls";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProgramCall, servePrograms } from "../../src/rehearsal/served-programs.ts";
import { InstalledPackage } from "../cli/installed-package.ts";

const CLONE = resolve("src/bin.cjs");
const installed = new InstalledPackage();
const place = realpathSync(mkdtempSync(join(tmpdir(), "executable-")));
const NAME = `dingo-recover-${process.platform}-${process.arch}`;
const release = join(place, "release");
const executable = join(release, NAME);
const home = join(place, "home");
const env = { HOME: home, PATH: join(place, "nothing"), TMPDIR: join(place, "tmp") };

beforeAll(() => {
  for (const path of [home, env.TMPDIR]) mkdirSync(path);
  const made = spawnSync(process.execPath, ["build/executable.mjs", "--out", release], { encoding: "utf8" });
  expect(made.status, made.stderr).toBe(0);
  installed.install();
}, 900_000);
afterAll(() => {
  installed.remove();
  rmSync(place, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  spawnSync(executable, words, { encoding: "utf8", env, cwd: home, timeout: 600_000, maxBuffer: 1 << 26 });

describe("the installed package", () => {
  it("has its manual page if man looks for it, beside the program", () => {
    const page = join(installed.place, "prefix/share/man/man1/dingo-recover.1");
    expect(readFileSync(page, "utf8")).toMatch(/^\.TH DINGO\\-RECOVER 1/);
  });

  it("is small, came with no other package and no script of one, and has the licences of what it holds", () => {
    expect(statSync(installed.file).size).toBeLessThanOrEqual(5_000_000);
    expect(readdirSync(dirname(installed.directory))).toEqual(["dingo-recover"]);
    expect(readdirSync(installed.directory)).not.toContain("node_modules");
    const { bundled, scripts, ...manifest } = JSON.parse(
      readFileSync(join(installed.directory, "package.json"), "utf8"),
    );
    for (const name of ["dependencies", "optionalDependencies", "peerDependencies"])
      expect(manifest).not.toHaveProperty(name);
    for (const name of ["preinstall", "install", "postinstall", "prepare"]) expect(scripts).not.toHaveProperty(name);
    const notices = readFileSync(join(installed.directory, "bundle/NOTICES"), "utf8");
    for (const name of bundled) expect(notices).toContain(`\n${name} `);
  });

  it("checks runbooks and completes as the clone does", () => {
    const runbook = resolve("runbooks/recover-deleted-service.yml");
    for (const words of [["lint", runbook], ["--get-yargs-completions", "run", ""], ["--help"]]) {
      const cloned = installed.run(process.execPath, CLONE, ...words);
      expect(installed.run(installed.program, ...words)).toMatchObject({
        status: 0,
        stdout: cloned.stdout,
        stderr: "",
      });
    }
  });

  it("runs an own runbook with an own action, out of the package's example", () => {
    const words = ["run", join(installed.directory, "docs/own-runbook/before-we-begin.yml"), "--non-interactive"];
    const config = ["--config", join(installed.directory, "docs/own-runbook/dingo-recover.yml")];
    const { status, stdout, stderr } = installed.run(installed.program, ...words, "--input", "team=data", ...config);
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
    const install = () => installed.run("npm", "--prefix", clone, "install", "--install-links", dependency);
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

describe("the single executable", () => {
  it("has checksums, a list of what is in it, and the licences of that", () => {
    expect(spawnSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: release, encoding: "utf8" }).stdout).toContain(
      `${NAME}: OK`,
    );
    const bill = JSON.parse(readFileSync(join(release, "sbom.cdx.json"), "utf8"));
    const names = bill.components.map(({ name, version }: Record<string, string>) => `${name} ${version}`);
    expect(bill.bomFormat).toBe("CycloneDX");
    expect(names).toContain(`node ${process.versions.node}`);
    const { bundled, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const notices = readFileSync(join(release, "NOTICES"), "utf8");
    for (const name of bundled) {
      const version: string = devDependencies[name];
      expect(names).toContain(`${name} ${version}`);
      expect(notices).toContain(`\n${name} ${version} (`);
    }
  });

  it("tells its build, its Node and its runbooks, and is as quiet as the package", () => {
    const { status, stdout, stderr } = run("--version", "--json");
    expect([status, stderr]).toEqual([0, ""]);
    const said = JSON.parse(stdout);
    const packaged = JSON.parse(installed.run(installed.program, "--version", "--json").stdout);
    expect(said).toEqual({ ...packaged, build: { ...packaged.build, form: "executable" } });
    for (const words of [["--help"], ["rehearse", "--list"], ["--get-yargs-completions", "run", ""]]) {
      const inside = run(...words);
      const called = { ...env, DINGO_RECOVER_COMMAND: executable };
      const outside = spawnSync(process.execPath, [CLONE, ...words], { encoding: "utf8", env: called });
      expect([inside.status, inside.stdout, inside.stderr]).toEqual([0, outside.stdout, ""]);
    }
  });

  it("recovers the box", () => {
    const { status, stdout, stderr } = run("rehearse", "--pace", "max");
    expect(status, `${stdout.slice(-2000)}${stderr}`).toBe(0);
    expect(stdout).toContain("public.orders: 125 rows");
    expect(inOneLine(stdout)).toContain(WELL);
  });

  it("plays what wants a program of its own in the box, and a runbook from inside", () => {
    const { status, stdout, stderr } = run("rehearse", "audit-docker-storage", "--pace", "max");
    expect(status, `${stdout.slice(-2000)}${stderr}`).toBe(21);
    expect(stderr).toBe("");
  });

  it("runs an own runbook with an own action", () => {
    const words = ["run", resolve("docs/own-runbook/before-we-begin.yml"), "--non-interactive", "--input", "team=data"];
    const { status, stdout, stderr } = run(...words, "--config", resolve("docs/own-runbook/dingo-recover.yml"));
    expect([status, stderr], stdout).toEqual([0, ""]);
    expect(stdout).toContain("body is there");
  });

  it("is its own further program", async () => {
    const answer = ({ words }: ProgramCall) => Promise.resolve({ code: 3, stdout: words.join(), stderr: "" });
    const server = await servePrograms({ directory: home, names: ["further"], answer, byBash: false });
    const client = readFileSync(join(home, "further"), "utf8");
    const [, told = ""] = /'(\{.*\})'/u.exec(client) ?? [];
    const ended = execa(executable, ["box:program", told, "a", "b"], {
      env,
      extendEnv: false,
      cwd: home,
      reject: false,
    });
    expect(await ended).toMatchObject({ exitCode: 3, stdout: "a,b" });
    await server.close();
  });

  it("searches a large log with more than one thread", () => {
    const line = `Mar 17 10:00:00 10.10.5.3 vcap.gorouter:  GET /${"x".repeat(900)}\n`;
    const part = line.repeat(100_000);
    const log = join(home, "large.log");
    writeFileSync(log, part);
    for (let more = 0; more < 2; more++) writeFileSync(log, part, { flag: "a" });
    const { status, stdout, stderr } = run("discover", "--logs", log, "--all");
    expect([status, stderr]).toEqual([15, ""]);
    expect(stdout).toContain("no line of a Dingo PostgreSQL broker is in these files");
    rmSync(log);
  });

  it("serves the page of a run", async () => {
    const { runs } = JSON.parse(run("runs", "--json").stdout);
    const server = spawn(executable, ["serve", runs[0].run], { env, cwd: home, stdio: ["ignore", "pipe", "inherit"] });
    const address = await new Promise<string>((resolve) => {
      let said = "";
      server.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [found] = /http:\/\/127\.0\.0\.1:\S+/u.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const page = await (await fetch(address)).text();
    expect(page).toContain("<html");
    server.kill("SIGINT");
    await ended(server);
  });
});

describe("the image of docs/container", () => {
  const tag = `dingo-recover-rig/recipe-${process.pid}`;
  const docker = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync("docker", words, { encoding: "utf8", timeout: 600_000 });
    expect(status, `${stdout.slice(-2000)}${stderr}`).toBe(0);
    return stdout;
  };
  afterAll(() => spawnSync("docker", ["image", "rm", "--force", tag, `${tag}-base`]));

  it("is built on any base that has certificates, and plays a recovery without a network", () => {
    const [base, image] = ["base", "image"].map((name) => join(place, name)) as [string, string];
    for (const directory of [base, image]) mkdirSync(directory);
    writeFileSync(join(base, "ca-certificates.crt"), rootCertificates.join("\n"));
    writeFileSync(
      join(base, "Dockerfile"),
      "FROM dingo-recover-rig/base:bookworm\nCOPY ca-certificates.crt /etc/ssl/certs/\n",
    );
    docker("build", "-q", "-t", `${tag}-base`, base);
    copyFileSync("docs/container/Dockerfile", join(image, "Dockerfile"));
    copyFileSync(executable, join(image, "dingo-recover"));
    writeFileSync(join(image, "cf"), "#!/bin/sh\n", { mode: 0o755 });
    docker("build", "-q", "--build-arg", `BASE=${tag}-base`, "-t", tag, image);
    const played = docker("run", "--rm", "--network", "none", tag, "rehearse", "--pace", "max");
    expect(played).toContain("public.orders: 125 rows");
    expect(inOneLine(played)).toContain(WELL);
  });
});

const WELL =
  "The source archive is untouched. The tool called nothing that the box does not know, and ended with 0, as it should.";

const inOneLine = (text: string): string => text.replaceAll(/\s+/gu, " ");

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));
