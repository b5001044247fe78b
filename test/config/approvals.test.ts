import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/config.js";

const load = (text: string): Config =>
  loadConfig({ content: { path: "/etc/dr/c.yml", text }, env: { HOME: "/home/ann" }, cwd: "/" });

describe("approvals of the configuration", () => {
  it("say who is known, by which key one signs, and what two persons have to approve", () => {
    const text = "approvals: {needed: 2, for: [disrupt, destroy], allowed_signers: team, key: ~/.ssh/id.pub}";
    expect(load(text).approvals).toEqual({
      allowedSigners: "/etc/dr/team",
      key: "/home/ann/.ssh/id.pub",
      needsTwo: ["disrupt", "destroy"],
    });
  });

  it("want two persons for what destroys, unless they say for what", () => {
    expect(load("approvals: {needed: 2, allowed_signers: team}").approvals?.needsTwo).toEqual(["destroy"]);
  });

  it("want nobody else where they name signers alone, or are absent", () => {
    expect(load("approvals: {allowed_signers: team}").approvals).toEqual({ allowedSigners: "/etc/dr/team" });
    expect(load("").approvals).toBeUndefined();
  });

  it.each<readonly [string, string]>([
    ["{needed: 3, allowed_signers: team}", '"needed" is not the number'],
    ["{needed: two, allowed_signers: team}", '"needed" is not the number'],
    ["{needed: 2, for: [read], allowed_signers: team}", '"for" is no list of effects'],
    ["{needed: 2, for: destroy, allowed_signers: team}", '"for" is no list of effects'],
    ["{needed: 2, for: [], allowed_signers: team}", '"for" is no list of effects'],
    ["{needed: 2}", "says of none who they are"],
    ["{need: 2}", "need"],
  ])("%s are refused", (text, said) => {
    expect(() => load(`approvals: ${text}`)).toThrow(said);
  });
});
