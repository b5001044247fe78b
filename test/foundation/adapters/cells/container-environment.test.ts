import { describe, expect, it } from "vitest";
import { environmentOf, plainEnvironment } from "../../../../src/foundation/adapters/cells/container-json.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";

function plain(entries: readonly string[]): { shown: Record<string, string>; secrets: Secrets } {
  const secrets = new Secrets();
  return { shown: plainEnvironment(environmentOf(entries), secrets), secrets };
}

describe("a container's environment", () => {
  it("divides at the first equals sign and lets the last entry of a name count", () => {
    expect([...environmentOf(["A=b=c==", "B=", "A=d", "=x", "novalue"])]).toEqual([
      ["A", "d"],
      ["B", ""],
    ]);
  });

  it.each([
    "APPUSER_PASSWORD=sixteen-letters!",
    "PGPASS=fourish",
    "AWS_SECRET_ACCESS_KEY=abc/def+ghi=",
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
    "SOME_TOKEN=abcdefgh",
    "REPLICATION=postgres://user:s3cr3tpw@10.0.0.1/postgres",
  ])("hides %s", (entry) => {
    const { shown, secrets } = plain([entry, "NAME=cf-1"]);
    expect(shown).toEqual({ NAME: "cf-1" });
    const secret = /:(s3cr3tpw)@/.exec(entry)?.[1] ?? entry.slice(entry.indexOf("=") + 1);
    expect(secrets.mask(`x ${secret} y`)).toBe("x ******** y");
  });

  it("does not mask ordinary words everywhere because a variable has a secret's name", () => {
    const { secrets } = plain(["USE_PASSWORD=true", "KEY_BITS=2048", "KEYMAP=us", "ETCD_HOST_PORT=10.0.0.1:4001"]);
    const text = "true 2048 us 10.0.0.1:4001";
    expect(secrets.mask(text)).toBe(text);
  });
});
