import { describe, expect, it } from "vitest";
import { failureError } from "../../../../src/foundation/adapters/cf/failure.ts";
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
});
