/** `init` and `config show` as the built program. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Place } from "../../program.ts";

// Each test starts some processes, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

let place: Place;
let file: string;
beforeEach(() => {
  place = new Place();
  file = join(place.directory, "here", "config.yml");
});
afterEach(() => place.remove());

const SET = ["--set", "s3.bucket=our-backups", "--set", "cf.api=api.example.org", "--set", "cf.username=ops"];
const SECRET = ["--set", "cf.password=env:OPS_PASSWORD"];

describe("init without a terminal", () => {
  it("writes what it was told, for its owner alone, and config show tells where each value comes from", async () => {
    const ended = await place.run(["init", "--config", file, ...SET, ...SECRET]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain(`dingo-recover doctor --config ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^\s*# .*BOSH_CLIENT_SECRET/mu);
    const line = text.split("\n").findIndex((each) => each === "  bucket: our-backups") + 1;
    const env = { OPS_PASSWORD: "canary-of-ops", BOSH_CLIENT: "recovery" };
    const shown = await place.run(["config", "show", "--origin", "--config", file], env);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`  s3.bucket: our-backups (line ${line})\n`);
    expect(shown.stdout).toContain("  bosh.client: recovery (variable BOSH_CLIENT)\n");
    expect(shown.stdout).toContain("  cf.password: set, by the variable OPS_PASSWORD (line ");
    const json = await place.run(["config", "show", "--json", "--config", file], env);
    const document = JSON.parse(json.stdout) as { readonly settings: readonly { readonly name: string }[] };
    expect(document).toMatchObject({ schema: "dingo-recover/config@1", file });
    expect(document.settings.find(({ name }) => name === "cf.password")).toMatchObject({ secret: true, set: true });
    expect(shown.stdout + json.stdout).not.toContain("canary");
  });

  it.each([[[]], [["--json"]]])(
    "writes nothing if it was told nothing, and says what to give it (%j)",
    async (flags) => {
      const { code, stdout, stderr } = await place.run(["init", "--config", file, ...flags]);
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/--set NAME=VALUE[^]*cf\.api[^]*s3\.bucket/u);
      expect(existsSync(file)).toBe(false);
    },
  );

  it("never writes over a configuration without being told, and then keeps the old one", async () => {
    await place.run(["init", "--config", file, "--set", "s3.bucket=first-one"]);
    const refused = await place.run(["init", "--config", file, "--set", "s3.bucket=second-one"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/--overwrite/);
    expect(readFileSync(file, "utf8")).toContain("bucket: first-one");
    expect((await place.run(["init", "--config", file, "--overwrite", "--set", "s3.bucket=second-one"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("bucket: second-one");
    expect(readFileSync(`${file}.before-1`, "utf8")).toContain("bucket: first-one");
  });

  it("writes nothing if a value does not fit, or if a secret itself was given", async () => {
    for (const [set, says] of [
      ["s3.bucket=a b", 'the value of "s3.bucket" is no name of a bucket'],
      ["cf.password=canary-typed", "does not say where the secret is to be had"],
      ["s3.buckett=x", 'Did you mean "s3.bucket"?'],
    ] as const) {
      const { code, stdout, stderr } = await place.run(["init", "--config", file, "--set", set]);
      expect([2, 10], set).toContain(code);
      expect(stderr.replace(/\s+/g, " ")).toContain(says);
      expect(stdout + stderr).not.toContain("canary");
    }
    expect(existsSync(file)).toBe(false);
    const printed = await place.run(["init", "--print", "--set", "s3.bucket=our-backups"]);
    expect(printed.stdout).toContain("  bucket: our-backups\n");
    expect(readdirSync(place.directory)).toEqual([]);
  });
});

describe("config show", () => {
  it("ends with 10 if the file is wrong, behind what it says", async () => {
    writeFileSync(join(place.directory, "dingo-recover.yml"), "s3: { bucket: our-backups, bukket: x }\n");
    const { code, stdout, stderr } = await place.run(["config", "show"]);
    expect(code).toBe(10);
    expect(stdout).toContain("s3.bucket: our-backups");
    expect(stderr).toContain("bukket");
  });
});

describe("a run of one foundation among several", () => {
  it("is gone on with in the same one, by the command that it prints", async () => {
    const dev = join(place.directory, "dev.yml");
    writeFileSync(dev, "logs: []\n");
    const { code, stdout } = await place.run(["run", "audit-docker-storage", "--config", "dev.yml"], {
      PATH: "/nowhere",
    });
    expect(code).toBe(15);
    const [, command = ""] = /\n {2}# goes on\n {2}(dingo-recover resume .*)\n/u.exec(stdout) ?? [];
    expect(command.endsWith(` --config ${dev}`)).toBe(true);
  });
});
