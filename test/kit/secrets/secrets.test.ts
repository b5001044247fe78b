import { describe, expect, it } from "vitest";
import { fc } from "../../properties.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

const SECRET = 'p@ss/w"ör\\d+ 7&<ü>';
const MASK = "********";

function masking(...values: string[]): Secrets {
  const secrets = new Secrets();
  for (const value of values) secrets.register(value);
  return secrets;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a registered secret", () => {
  it.each([
    ["as it is", SECRET],
    ["in a URL", encodeURIComponent(SECRET)],
    [
      "in a URL, with lower-case escapes",
      encodeURIComponent(SECRET).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ],
    ["in a form", new URLSearchParams({ x: SECRET }).toString().slice(2)],
    ["in a path of a URL", encodeURI(SECRET)],
    ["in JSON", JSON.stringify(SECRET).slice(1, -1)],
    ["in JSON inside JSON", JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ["in JSON of Go and PHP, which escape more", 'p@ss\\/w\\"\\u00f6r\\\\d+ 7\\u0026\\u003c\\u00fc\\u003e'],
    ["in a shell's single quotes", "it's-a-s3cret".replaceAll("'", `'\\''`)],
    ["in HTML", "p@ss/w&quot;ör\\d+ 7&amp;&lt;ü&gt;"],
    ["in hexadecimal", Buffer.from(SECRET).toString("hex")],
    ["in base64", base64(SECRET)],
    ["in base64 without padding", base64(SECRET).replace(/=+$/, "")],
    ["in base64url", Buffer.from(SECRET).toString("base64url")],
  ])("is masked %s", (_, form) => {
    const text = masking(SECRET, "it's-a-s3cret").mask(`before ${form} after`);
    expect(text).not.toContain(form);
    expect(text).toMatch(/^before \*{8}=* after$/);
  });

  it("is masked in base64 behind and before anything else, whatever its alignment", () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const encoded = base64(`${before}s3cret-word-of-ours${after}`);
        const masked = masking("s3cret-word-of-ours").mask(encoded);
        expect(masked).toContain(MASK);
        // The rest of the alphabet around the mask gives away at most the outermost characters.
        const left = masked.split(MASK).join("");
        expect(Buffer.from(left, "base64").toString("latin1")).not.toContain("cret-word");
        expect(left.length).toBeLessThanOrEqual(base64(before).length + base64(after).length + 8);
      }),
    );
  });

  it("is masked line by line where it has many, as keys do", () => {
    const lines = ["-----BEGIN KEY-----", "A".repeat(64), "B".repeat(64), "-----END KEY-----"];
    expect(masking(lines.join("\n")).mask(`  ${lines[1]}\r\n  ${lines[2]}`)).toBe(`  ${MASK}\r\n  ${MASK}`);
  });

  it("inside another leaves none of them half visible", () => {
    expect(masking("secret", "secret-and-more").mask("it is secret-and-more")).toBe(`it is ${MASK}`);
  });

  it("is masked in keys and values of a JSON document, and in its head line of a log-in", () => {
    const secrets = masking("s3cret-word");
    expect(secrets.maskJson({ "s3cret-word": ["s3cret-word", 1] })).toEqual({ [MASK]: [MASK, 1] });
    expect(secrets.mask(`Authorization: Basic ${base64("user:s3cret-word")}`)).not.toContain(
      base64("s3cret-word").slice(4, -4),
    );
  });
});
