import { describe, expect, it } from "vitest";
import { MASK } from "../../src/kit/secrets/mask.ts";
import { fc } from "../properties.ts";
import { shownValue, withoutLogins } from "../../src/config/settings/shown-value.ts";

describe("any text, before it is sent to somebody", () => {
  it.each([
    ["cf api https://me:can/ary@api.example.org failed", "cf api https://********@api.example.org failed"],
    ['"admin:can/ary@10.0.0.5:9" is none', '"********@10.0.0.5:9" is none'],
    ["at admin:canary@10.0.0.5:25555, then", "at ********@10.0.0.5:25555, then"],
    ["GET https://es.example.org/?api_key=canary failed", "GET https://es.example.org/?******** failed"],
    ["GET https://es.example.org/?key=can@ary failed", "GET https://******** failed"],
    ["stat '/x/-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----'", "stat '/x/********'"],
    ["stat '/x/-----BEGIN RSA PRIVATE KEY----- canary", "stat '/x/********"],
  ])("has no log-in, no query and no key: %s", (text, expected) => {
    expect(withoutLogins(text)).toBe(expected);
  });

  it.each([
    "https://api.example.org:443/v3 answers",
    "ubuntu@10.0.0.5:22: log in as ubuntu@jump",
    "s3://bucket/backups/x/wal, at 2026-11-23T01:00:00Z: ops@example.org",
    "/etc/dingo-recover/config.yml:12:3: no key",
  ])("stays as it is if there is none: %s", (text) => {
    expect(withoutLogins(text)).toBe(text);
  });
});

describe("a value", () => {
  it.each([
    ["text", "https://u:can ary@h/x", "https://********@h/x"],
    ["text", "u:can ary@h", "********@h"],
    ["address", "https://h:canary", "https://h:********"],
    ["address", "https://u:p@h:canary/x", "https://********@h:********/…"],
    ["address", "h:12345678", "h:********"],
    ["address", "https://[::1]:canary", "https://[:********"],
  ] as const)(
    "of kind %s shows no log-in with a blank, and nothing in the place of a port: %s",
    (kind, text, shown) => {
      expect(shownValue(text, kind)).toBe(shown);
    },
  );

  it.each([
    ["text", "the org of Größe: ops"],
    ["text", "/etc/ssl/a b.pem"],
    ["address", "https://h:25555"],
    ["address", "h:25555"],
    ["address", "https://[fe80::1]:25555"],
    ["address", "my alias"],
  ] as const)("of kind %s is shown as it is where it has none: %s", (kind, text) => {
    expect(shownValue(text, kind)).toBe(text);
  });
});

/** The meaning, in patterns that look at each sign anew: right, and slow for a long word. */
function plainly(text: string): string {
  return text
    .replace(/-----BEGIN.*?(?:-----END[^-]*-----|$)/gsu, MASK)
    .replace(/:\/\/[^\s?]*\?\S*@\S*/gu, `://${MASK}`)
    .replace(/:\/\/\S*@/gu, `://${MASK}@`)
    .replace(/(?<![^\s/"'])[^\s/"']*:(?!\/\/)\S*@/gu, `${MASK}@`)
    .replace(/(:\/\/[^?\s]*\?)[^#\s,]+/gu, `$1${MASK}`);
}

describe("a text of an attacker's", () => {
  it("means what the patterns say", () => {
    const part = fc.constantFrom("://", ":", "/", "?", "@", "#", ",", '"', "'", " ", "\n", "a", "é", "\ud83d");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), (parts) => {
        expect(withoutLogins(parts.join(""))).toBe(plainly(parts.join("")));
      }),
    );
  });

  const PARTS = ["://", "://?", "://?#", "a:", "a/b:", "a'", ":", "/", "a", "@", "-", "-----END"];
  // Were the rest looked through from each sign anew, it would take minutes.
  it.each(PARTS.flatMap((part) => ["", "@h"].map((end) => [part, end])))(
    "of 200,000 characters means what a short one does: %s and %s",
    (part, end) => {
      const few = part.repeat(4) + end;
      const many = part.repeat(200_000 / part.length) + end;
      const said = plainly(few);
      expect(withoutLogins(many)).toBe(said === few ? many : said);
    },
  );
});
