import { describe, expect, it } from "vitest";
import { openStage } from "../../../src/cli/session/stage.ts";

const GIVEN = { config: undefined, "state-dir": undefined, json: true, color: false, verbose: false };
const CONSENT = { "non-interactive": true, yes: true, confirm: "o/s/db", "accept-loss": undefined, patience: "10m" };
const ask = (id: string) => ({ kind: "text", id, prompt: "?", why: "" }) as const;

describe("--owner-agrees", () => {
  it("answers the question for the owner's yes, as a flag, and no other", async () => {
    const { operator } = openStage({ ...GIVEN, ...CONSENT, "owner-agrees": "Kim" });
    expect(await operator.ask(ask("owner-agrees"))).toEqual({ value: "Kim", by: "flag" });
    expect(await operator.ask(ask("input-service"))).toBeUndefined();
  });

  it("is not replaced by --yes and --confirm", async () => {
    expect(await openStage({ ...GIVEN, ...CONSENT }).operator.ask(ask("owner-agrees"))).toBeUndefined();
  });
});
