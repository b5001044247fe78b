import { describe, expect, it } from "vitest";
import { interview } from "../../src/cli/commands/init/init-questions.ts";
import { refuseMixUp } from "../../src/config/settings/mix-up.ts";
import { SETTINGS } from "../../src/config/settings/settings.ts";
import type { Operator } from "../../src/ports/operator.ts";

const setting = (name: string) => {
  const found = SETTINGS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no setting ${name}`);
  return found;
};

describe("an answer to another question", () => {
  it.each([
    ["cf.api", "canary", "a single word is no address"],
    ["bosh.environment", "canary", "a single word is no address"],
    ["s3.endpoint", "canary", "a single word is no address"],
    ["cf.username", "https://canary.example.com", "that is an address, not a name"],
    ["bosh.client", "https://canary:25555", "that is an address, not a name"],
    ["bosh.gateway.user", "ssh://canary", "that is an address, not a name"],
  ])("is refused for %s, and not repeated", (name, text, says) => {
    expect(() => refuseMixUp(setting(name), text)).toThrow(`${name}: ${says}`);
    expect(() => refuseMixUp(setting(name), text)).not.toThrow("canary");
  });

  it.each([
    ["cf.api", "api.example.org"],
    ["cf.api", "https://admin"],
    ["bosh.environment", "10.0.0.6"],
    ["s3.endpoint", "minio:9000"],
    ["s3.endpoint", "localhost"],
    ["cf.username", "ops@example.org"],
    ["s3.bucket", "word"],
  ])("is none for %s: %s", (name, text) => {
    expect(() => refuseMixUp(setting(name), text)).not.toThrow();
  });

  it("is asked for once more", async () => {
    const answers: Record<string, string[]> = { "cf.api": ["admin", "api.example.org"], "cf.username": ["ops"] };
    const operator: Operator = {
      ask: ({ id }) => Promise.resolve({ value: answers[id]?.shift() ?? "-", by: "operator" }),
    };
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const values = await interview({ operator, env: {}, given: new Map(), say, check: () => undefined });
    expect(Object.fromEntries(values)).toEqual({ "cf.api": "api.example.org", "cf.username": "ops" });
    expect(said).toEqual(["cf.api: a single word is no address. Example: https://api.sys.example.com."]);
  });
});
