import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { secretValue } from "../../src/config/settings/secret-value.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { testDirectory } from "../directory.ts";

function sources(env: Record<string, string> = {}, printed = "") {
  const run = (argv: readonly string[]): Promise<string> =>
    argv[0] === "fails" ? Promise.reject(new Error("exit 1")) : Promise.resolve(printed);
  return { secrets: new Secrets(), env, run };
}

describe("the value of a secret", () => {
  it("comes from the environment, and is masked from then on", async () => {
    const from = sources({ S: "canary-value" });
    expect(await secretValue({ kind: "env", name: "S" }, from)).toBe("canary-value");
    expect(from.secrets.mask("x canary-value y")).not.toContain("canary");
  });

  it("comes from a command or a file without the line break at the end", async () => {
    const path = join(testDirectory(), "s");
    writeFileSync(path, "from-file\n");
    expect(await secretValue({ kind: "file", path }, sources())).toBe("from-file");
    expect(await secretValue({ kind: "command", argv: ["pass"], cwd: "/" }, sources({}, "from-pass\r\n"))).toBe(
      "from-pass",
    );
  });

  it("is asked for by its place where it is not to be had", async () => {
    const cases = [
      [{ kind: "env", name: "NOT_SET" }, "the environment variable NOT_SET is empty"],
      [{ kind: "file", path: "/nowhere/secret" }, 'the file "/nowhere/secret" cannot be read'],
      [{ kind: "command", argv: ["fails"], cwd: "/" }, 'the command "fails" failed'],
    ] as const;
    for (const [reference, message] of cases)
      await expect(secretValue(reference, sources())).rejects.toMatchObject({ code: "not-logged-in", message });
  });
});
