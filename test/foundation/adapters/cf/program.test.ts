import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { CfCloudFoundry } from "../../../../src/foundation/adapters/cf/cloud-foundry.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { ResourceLog } from "../../../contract/resource-log.ts";

const directory = mkdtempSync(join(tmpdir(), "cf-program-"));
const TOKEN = `bearer x.${Buffer.from('{"user_name":"ops","scope":[]}').toString("base64url")}.c2ln`;

/** A shell script in place of the CLI: `version` prints the given line, every call leaves argv and environment behind. */
function script(version: string, help = ""): string {
  const path = join(mkdtempSync(join(directory, "bin-")), "cf");
  const body = [
    "#!/bin/sh",
    `echo "ARGV $*" >> ${directory}/calls`,
    `env >> ${directory}/calls`,
    'case "$1" in',
    `version) echo "${version}" ;;`,
    `create-service) echo "${help}" ;;`,
    `oauth-token) echo "${TOKEN}" ;;`,
    "esac",
  ];
  writeFileSync(path, `${body.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

function open(program: string): CfCloudFoundry {
  return new CfCloudFoundry({
    program,
    path: "/usr/bin:/bin",
    api: "https://api.example.com",
    login: { kind: "password", username: "ops", password: "canary-in-the-environment" },
    secrets: new Secrets(),
    recorder: new ResourceLog(),
    temporaryDirectory: directory,
  });
}

afterEach(() => rmSync(join(directory, "calls"), { force: true }));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the cf program", () => {
  it.each(["cf version 6.53.0+8e2b70a4a.2020-10-01", "cf7 version 7.2.0", "git version 2.39.5", ""])(
    'refuses "%s" before logging in, with a remedy',
    async (version) => {
      const cf = open(script(version));
      await expect(cf.identity()).rejects.toMatchObject({
        code: "program-missing",
        remedy: expect.stringContaining("version 8") as string,
      });
      expect(readFileSync(join(directory, "calls"), "utf8")).not.toContain("ARGV auth");
    },
  );

  it.each(["cf version 8.0.0+e2a2f4b.2021-10-29", "cf8 version 8.18.3", "cf version 10.1.0"])(
    'takes "%s"',
    async (version) => {
      const cf = open(script(version));
      const { cliVersion } = await cf.identity();
      expect(version).toContain(cliVersion);
      await cf.close();
    },
  );

  it("judges a CLI that was built without a version by what it can do", async () => {
    const cf = open(script("cf version 0.0.0-unknown-version", "--wait, -w"));
    expect((await cf.identity()).cliVersion).toBe("0.0.0-unknown-version");
    await cf.close();
    await expect(open(script("cf version 0.0.0-unknown-version")).identity()).rejects.toMatchObject({
      code: "program-missing",
    });
  });

  it("says that a program is not there", async () => {
    await expect(open("/nowhere/cf").identity()).rejects.toMatchObject({ code: "program-missing" });
  });

  it("hands secrets over in the environment of the log-in alone, and nothing of ours", async () => {
    process.env["CF_TRACE"] = "true";
    process.env["AWS_SECRET_ACCESS_KEY"] = "canary-of-the-caller";
    try {
      const cf = open(script("cf version 8.18.3"));
      await cf.identity();
      await cf.close();
    } finally {
      delete process.env["CF_TRACE"];
      delete process.env["AWS_SECRET_ACCESS_KEY"];
    }
    const calls = readFileSync(join(directory, "calls"), "utf8").split(/^(?=ARGV )/m);
    const verbs = calls.map((call) => /^ARGV (\S+)/.exec(call)?.[1]);
    expect(verbs).toEqual(["version", "api", "auth", "oauth-token"]);
    for (const call of calls) {
      expect(call.split("\n")[0]).not.toContain("canary");
      expect(call.includes("canary-in-the-environment")).toBe(call.startsWith("ARGV auth"));
      expect(call).not.toMatch(/CF_TRACE|canary-of-the-caller/);
      expect(call).toMatch(
        new RegExp(`^CF_HOME=${directory}/dingo-recover-cf-[0-9a-f]{8}-\\d+-\\d+-[0-9a-f]{16}$`, "m"),
      );
      expect(call).toMatch(/^CF_COLOR=false$/m);
      expect(call).toMatch(/^LANG=C$/m);
    }
  });
});
