import { describe, expect, it } from "vitest";
import { failureError, failureOf } from "../../../../src/foundation/adapters/cf/failure.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";

describe("what the cf CLI says when it fails", () => {
  it("is masked before it is cut, so that no half of a secret is left at its end", () => {
    const secrets = new Secrets();
    const secret = secrets.register("a-long-and-secret-token-of-many-characters");
    const stderr = `${"x".repeat(280)} ${secret}`;
    const told = { command: "cf api", mask: (text: string) => secrets.mask(text), effect: "none" as const };
    const { message } = failureError("unreachable", { ...told, result: { code: 1, stdout: "", stderr } });
    expect(message).toContain("********");
    expect(message).not.toContain("a-long-and");
  });

  it("is not judged by the names that the command was given", () => {
    const failed = (name: string, stderr = ""): ReturnType<typeof failureOf> =>
      failureOf({ code: 1, stdout: `Creating service instance ${name} in org o…\nFAILED\n`, stderr }, [
        "cs",
        "p",
        name,
      ]);
    for (const name of ["Not logged in", "not authorized", "EOF", "Incorrect Usage"])
      expect(failed(name)).toBe("step-failed");
    expect(failed("EOF", "Not logged in. Use 'cf login'")).toBe("token");
  });

  it("is read in one pass, however long its lines are", () => {
    const stdout = "invalid character '".repeat(500_000);
    expect(failureOf({ code: 1, stdout, stderr: "" })).toBe("step-failed");
    const [answer, other] = [`'<' looking for beginning of value`, String.raw`'\u00e9' after top-level value`];
    for (const each of [answer, other])
      expect(failureOf({ code: 1, stdout: `invalid character ${each}`, stderr: "" })).toBe("unreachable");
  });
});
