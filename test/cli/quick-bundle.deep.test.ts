import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { StateDirectory } from "../../src/journal/state-directory.js";
import { Secrets } from "../../src/secrets.js";
import { STARTED, step } from "../report/journals.js";
import { afterAll, describe, expect, it } from "vitest";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "quick-"));
afterAll(() => rmSync(directory, { recursive: true }));

const GUID = "12345678-1234-1234-1234-123456789abc";
const removed = JSON.stringify({
  timestamp: "1458195017.896692991",
  source: "dingo-postgresql-broker",
  message: "dingo-postgresql-broker.remove-random-node.perform",
  log_level: 1,
  data: { cell: "10.10.5.3", "instance-id": GUID, "node-uuid": "87654321-4321-4321-4321-cba987654321" },
});

describe("the bundle of discover in log files", () => {
  it("was compiled by the V8 that runs this", () => {
    const [source, cachedData] = [readFileSync(`${dist}quick.cjs`, "utf8"), readFileSync(`${dist}quick.cache`)];
    expect(new Script(source, { filename: `${dist}quick.cjs`, cachedData }).cachedDataRejected).toBe(false);
    expect(new Script(`${source} `, { cachedData }).cachedDataRejected).toBe(true);
  });

  it("is not the only one: the package's whole program was compiled by it, and what another V8 compiled is passed over", () => {
    const [source, cachedData] = ["cjs", "cache"].map((type) => readFileSync(`bundle/program.${type}`));
    const script = source?.toString("latin1") ?? "";
    expect(new Script(script, { ...(cachedData === undefined ? {} : { cachedData }) }).cachedDataRejected).toBe(false);
    expect(script).not.toMatch(/\bimport\(["'`]/u);
    const place = join(directory, "bundle");
    cpSync("bundle", place, { recursive: true });
    cpSync("package.json", join(directory, "package.json"));
    cpSync("runbooks", join(directory, "runbooks"), { recursive: true });
    const asked = (...flags: string[]) =>
      spawnSync(process.execPath, [...flags, join(place, "bin.cjs"), "schema"], { encoding: "utf8" });
    const said = asked();
    expect(said.status).toBe(0);
    // Other flags than those that it was compiled with, then nothing of a cache.
    expect(asked("--stack-size=900")).toMatchObject({ status: 0, stdout: said.stdout, stderr: "" });
    writeFileSync(join(place, "program.cache"), "of another one");
    expect(asked()).toMatchObject({ status: 0, stdout: said.stdout, stderr: "" });
  });

  it("is whole without the large packages: what reaches no system takes nothing of them", () => {
    const [source, cachedData] = [readFileSync("bundle/packages.cjs", "latin1"), readFileSync("bundle/packages.cache")];
    expect(new Script(source, { cachedData }).cachedDataRejected).toBe(false);
    const place = join(directory, "without");
    for (const name of ["bundle", "runbooks", "package.json"]) cpSync(name, join(place, name), { recursive: true });
    for (const type of ["cjs", "cache"]) rmSync(join(place, `bundle/packages.${type}`));
    const asked = (root: string, ...words: string[]) => {
      const given = {
        cwd: directory,
        env: { PATH: directory, HOME: place, DINGO_RECOVER_STATE: place },
        encoding: "utf8",
      } as const;
      const { status, stdout } = spawnSync(process.execPath, [join(root, "bundle/bin.cjs"), ...words], given);
      return { status, stdout };
    };
    const root = fileURLToPath(new URL("../../", import.meta.url));
    expect(asked(place, "show", "recover-deleted-service")).toEqual(asked(root, "show", "recover-deleted-service"));
    expect(asked(place, "runs")).toMatchObject({ status: 0 });
  });

  it("goes on with its own packages where an upgrade moves them away under it, and refuses what is written over them", () => {
    const place = join(directory, "upgraded");
    const env = { PATH: directory, HOME: place, AWS_PROFILE: "no-such", AWS_EC2_METADATA_DISABLED: "true" };
    const asked = (upgrade: string) => {
      rmSync(place, { recursive: true, force: true });
      for (const name of ["bundle", "runbooks", "package.json"]) cpSync(name, join(place, name), { recursive: true });
      const hook = join(place, "hook.cjs");
      const packages = JSON.stringify(join(place, "bundle/packages.cjs"));
      writeFileSync(
        hook,
        `const fs = require("node:fs"), { readFileSync } = fs;
         fs.readFileSync = (path, ...rest) => {
           const bytes = readFileSync(path, ...rest);
           if (String(path).endsWith("archive.cache")) { ${upgrade.replaceAll("PACKAGES", packages)} }
           return bytes;
         };`,
      );
      const words = ["-r", hook, join(place, "bundle/bin.cjs"), "archive", "verify", "s3://bucket/x/wal"];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", env });
      return { status, stdout, stderr };
    };
    const usual = asked("");
    expect(usual.status).toBe(15);
    expect(
      asked('fs.renameSync(PACKAGES, PACKAGES + ".old"); fs.writeFileSync(PACKAGES, "of a next version")'),
    ).toEqual(usual);
    expect(readFileSync(join(place, "bundle/packages.cjs"), "utf8")).toBe("of a next version");
    expect(asked('fs.writeFileSync(PACKAGES, "of a next version")').stdout).toMatch(
      /were\s+replaced\s+while\s+it\s+ran/,
    );
  });

  it("has a sister for archives, which leaves to the whole tool what it has not, and says the same", () => {
    const [source, cachedData] = [readFileSync("bundle/archive.cjs", "latin1"), readFileSync("bundle/archive.cache")];
    expect(new Script(source, { cachedData }).cachedDataRejected).toBe(false);
    // What asks at a terminal is as large as all the rest.
    expect(source).not.toContain("inquirer");
    const [home, config] = [join(directory, "home"), join(directory, "gateway.yml")];
    writeFileSync(config, "s3:\n  viaGateway: true\n");
    const keys = { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "nobody" };
    const env = { PATH: directory, HOME: home, ...keys, AWS_SECRET_ACCESS_KEY: "no-secret" };
    const said = (program: string, words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
      const given = { encoding: "utf8", env: { ...env, ...more } } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, "archive", ...words], given);
      return { status, stdout, stderr };
    };
    const asked: readonly (readonly [string[], Record<string, string>?])[] = [
      [["verify", "s3://bucket/x/wal", "--json"]],
      [["verify", "s3://no-prefix"]],
      [["verify", "s3://bucket/x/wal", "--no-such"]],
      [["copy", "s3://bucket/x/wal", "s3://bucket/y/wal"]],
      // Only the whole tool has the way through the gateway, and the chain of AWS that looks for keys.
      [["verify", "s3://bucket/x/wal", "--config", config]],
      [["verify", "s3://bucket/x/wal"], { AWS_PROFILE: "no-such", AWS_EC2_METADATA_DISABLED: "true" }],
    ];
    for (const [words, more] of asked) {
      const whole = said(`${dist}bin.cjs`, words, more);
      expect(said("bundle/bin.cjs", words, more), words.join(" ")).toEqual(whole);
      expect(whole.status, words.join(" ")).not.toBe(0);
      expect(whole.stderr + whole.stdout).not.toMatch(/ELSEWHERE|internal/);
    }
  });

  it("has a sister for reports, which says the same", async () => {
    const [source, cachedData] = [readFileSync("bundle/report.cjs", "latin1"), readFileSync("bundle/report.cache")];
    expect(new Script(source, { cachedData }).cachedDataRejected).toBe(false);
    expect(source).not.toContain("inquirer");
    const state = join(directory, "reported");
    const env = { PATH: directory, HOME: directory, DINGO_RECOVER_STATE: state };
    const said = (program: string, words: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env });
      return { status, stdout, stderr };
    };
    const { run, journal } = new StateDirectory({
      path: state,
      secrets: new Secrets(),
      now: () => new Date(),
    }).create();
    for (const body of [STARTED, ...step("copy", "archive.copy", "create", { objects: "3" })])
      await journal.append(body);
    await journal.close();
    for (const words of [
      [run],
      [run, "--format", "html"],
      [run, "--format", "json"],
      [run, "--format", "update", "--json"],
      [run, "--format", "htm"],
      ["nobody"],
      [],
    ])
      expect(said("bundle/bin.cjs", ["report", ...words]), words.join(" ")).toEqual(
        said(`${dist}bin.cjs`, ["report", ...words]),
      );
    expect(said("bundle/bin.cjs", ["report", run]).stdout).toContain(`# Recovery of`);
  });

  it("says the same to a pipe and to a file, and nothing of a stdout that is closed", () => {
    const log = join(directory, "broker.log");
    writeFileSync(log, `${removed}\n`);
    const words = [`${dist}bin.cjs`, "discover", "--json", "--logs", log];
    const piped = spawnSync(process.execPath, words, { encoding: "utf8" });
    expect(piped.stdout).toContain(GUID);
    const path = join(directory, "out");
    const filed = spawnSync(process.execPath, words, {
      encoding: "utf8",
      stdio: ["ignore", openSync(path, "w"), "pipe"],
    });
    expect(readFileSync(path, "utf8")).toBe(piped.stdout);
    expect([piped.status, piped.stderr]).toEqual([filed.status, filed.stderr]);
    const closed = spawnSync("bash", ["-c", `exec "$@" >&-`, "bash", process.execPath, ...words], { encoding: "utf8" });
    expect(closed.stderr).toBe("");
  });

  it("ends as a program that SIGPIPE ended where its reader is gone", () => {
    const log = join(directory, "gone.log");
    writeFileSync(log, `${removed}\n`);
    const command = `"$@" | true; echo "\${PIPESTATUS[0]}"`;
    const words = [process.execPath, `${dist}bin.cjs`, "discover", "--json", "--logs", log];
    expect(spawnSync("bash", ["-c", command, "bash", ...words], { encoding: "utf8" }).stdout.trim()).toBe("141");
  });
});
