import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withAddedProfile } from "../../src/config/profile-addition.js";

const values = new Map([["s3.bucket", "our-backups"]]);
const add = (text: string, profile = "dev") => withAddedProfile(text, { values, profile, file: "config.yml" });

const WITH_PROFILES = `# ours
logs: [ "/var/log/*" ]   # all of them

profiles:
    # the real one
    prod:
        s3: { bucket: prods-own }   # never touch

# behind it
bosh:
  client: x
`;

describe("a profile that is added to a configuration", () => {
  it.each([
    ["beside others", WITH_PROFILES],
    ["as the last of them", "profiles:\n  prod:\n    s3: { bucket: prods-own }\n"],
    ["behind a last line without its end", "profiles:\n  prod:\n    s3: { bucket: prods-own }"],
    ["to a file that has none", "# ours\ns3:\n  bucket: prods-own # said\n"],
    ["to a file of comments", "# nothing yet\n"],
    ["to an empty file", ""],
  ])("leaves every line as it was: %s", (_where, before) => {
    const { text, added, at } = add(before);
    const lines = text.trimEnd().split("\n");
    expect(lines.slice(at - 1, at - 1 + added.length)).toEqual(added);
    expect([...lines.slice(0, at - 1), ...lines.slice(at - 1 + added.length)].join("\n")).toBe(before.trimEnd());
    const old = (parse(before) ?? {}) as { profiles?: object };
    expect(parse(text)).toEqual({ ...old, profiles: { ...old.profiles, dev: { s3: { bucket: "our-backups" } } } });
  });

  it("is refused where one of that name is there", () => {
    expect(() => add(WITH_PROFILES, "prod")).toThrow('there is a profile "prod"');
  });

  it.each(["profiles: { prod: {} }\n", "profiles:\n", "{ s3: { bucket: x } }\n", "- a\n", "a: [\n"])(
    "is refused where nothing can be put into the text without writing it anew: %s",
    (text) => {
      expect(() => add(text)).toThrow("no profile can be added");
    },
  );
});
