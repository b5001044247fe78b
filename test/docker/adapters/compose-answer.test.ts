/** The calls of Compose, and its words: what it repeats of a file may be a password. */
import { describe, expect, it } from "vitest";
import { askCompose } from "../../../src/docker/adapters/compose-answer.ts";
import { RecoverError } from "../../../src/errors.ts";
import { composeConfig, composeConfigOver, type ComposeCall } from "../../../src/kit/commands/compose-commands.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import type { Shell } from "../../../src/kit/shell/shell.ts";

const CALL: ComposeCall = {
  ...{ generation: "v2", project: "shop", directory: "/srv/shop" },
  ...{ files: ["/srv/shop/a.yml", "/srv/shop/b.yml"], envFiles: ["/srv/shop/prod.env"] },
};

const FETCHES_NOTHING = ["COMPOSE_EXPERIMENTAL_GIT_REMOTE=0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE=0"];

/** The script that reads as the files' owner: test/kit/commands/as-reader.test.ts. */
const unscripted = (argv: readonly string[]): readonly string[] =>
  argv.map((word) => (word.includes("reader() {") ? "…" : word));

const asked = (code: number, stderr: string, stdout = "") => {
  const shell: Shell = {
    label: "here",
    secrets: new Secrets(),
    run: (argv) =>
      Promise.resolve(
        argv.includes("version") ? { code: 0, stdout: "2.40.3\n", stderr: "" } : { code, stdout, stderr },
      ),
  };
  return askCompose(shell, ["docker"], { call: CALL });
};

describe("the call", () => {
  it("names the files, the env files and every profile, and lets Compose fetch nothing", () => {
    expect(unscripted(composeConfig(["docker"], CALL))).toEqual([
      ...["sh", "-c", "…", "sh", "/srv/shop", "--", "env", "LC_ALL=C", ...FETCHES_NOTHING, "docker", "compose"],
      ...["-p", "shop", "--project-directory", "/srv/shop", "--env-file", "/srv/shop/prod.env"],
      ...["-f", "/srv/shop/a.yml", "-f", "/srv/shop/b.yml", "--profile", "*", "config", "--format", "json"],
    ]);
    const first = composeConfig(["sudo", "-n", "docker"], { ...CALL, generation: "v1", envFiles: ["/etc/shop.env"] });
    expect(unscripted(first).join(" ")).toBe(
      `sudo -n sh -c … sh /srv/shop /etc -- env LC_ALL=C ${FETCHES_NOTHING.join(" ")} docker-compose -p shop --project-directory /srv/shop --env-file /etc/shop.env -f /srv/shop/a.yml -f /srv/shop/b.yml config`,
    );
  });

  it("puts standard input in the place of one file, or behind the last one", () => {
    const files = (file: string) =>
      composeConfigOver(["docker"], CALL, file).filter((_, at, all) => all[at - 1] === "-f");
    expect(files("/srv/shop/a.yml")).toEqual(["/dev/stdin", "/srv/shop/b.yml"]);
    expect(files("/srv/shop/c.yml")).toEqual(["/srv/shop/a.yml", "/srv/shop/b.yml", "/dev/stdin"]);
  });
});

describe("the answer", () => {
  it("tells which variables have no value, in the words of both generations", async () => {
    const second = String.raw`time="x" level=warning msg="The \"TAG\" variable is not set. Defaulting to a blank string."`;
    const first = "The NONE variable is not set. Defaulting to a blank string.";
    expect(await asked(0, `${second}\n${first}\n${first}\n`, "{}")).toEqual({
      ...{ state: "told", text: "{}", unset: ["TAG", "NONE"] },
    });
  });

  it("is that there is none if the program lacks", async () => {
    const missing = new RecoverError("docker-missing", "x", { remedy: "y", effect: "none" });
    const lacks = (run: Shell["run"]) =>
      askCompose({ label: "here", secrets: new Secrets(), run }, ["docker"], { call: CALL });
    expect(await lacks(() => Promise.reject(missing))).toEqual({ state: "missing", program: "docker compose" });
    const noPlugin = { code: 125, stdout: "", stderr: "unknown flag: --short\n" };
    expect(await lacks(() => Promise.resolve(noPlugin))).toMatchObject({ state: "missing" });
  });

  it("is no refusal if the machine let nobody ask", async () => {
    await expect(asked(1, "sudo: a password is required\n")).rejects.toMatchObject({ code: "access-denied" });
  });

  it.each<readonly [string, string]>([
    [
      "invalid interpolation format for services.db.environment.PW.\nYou may need to escape any $ with another $.\npa${w hunter22\n",
      "invalid interpolation format for services.db.environment.PW.",
    ],
    [
      'Invalid interpolation format for "environment" option in service "db": "PW=pa"${w hunter22"\n',
      'Invalid interpolation format for "…" option in service "db"',
    ],
    [
      'Missing mandatory value for "image" option interpolating hunter22${PW:?say it} in service "db": say it\n',
      'Missing mandatory value for "…" option interpolating it',
    ],
    [
      'failed to read /srv/e.env: line 1: unexpected character "$" in variable name near "hunter22"\n',
      'failed to read /srv/e.env: line 1: unexpected character "…" in variable name near "…"',
    ],
    [
      'time="x" level=warning msg="hunter22"\ngit remote resource is disabled by "COMPOSE_EXPERIMENTAL_GIT_REMOTE"\n',
      'git remote resource is disabled by "COMPOSE_EXPERIMENTAL_GIT_REMOTE"',
    ],
    ["key=hunter22 is odd\u001b[2J\n", "key=… is odd\\u001b[2J"],
    ["", "it ended with 1"],
  ])("of a refusal repeats no value: %j", async (stderr, why) => {
    const answer = await asked(1, stderr);
    expect(answer).toEqual({ state: "refused", why });
    expect(JSON.stringify(answer)).not.toContain("hunter22");
  });
});
