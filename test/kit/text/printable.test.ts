import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { firstObeyed, hasObeyed, printable, quoted } from "../../../src/kit/text/printable.ts";

describe("foreign text on a screen", () => {
  it("shows escape sequences instead of obeying them", () => {
    expect(printable("\x1b[2Jgone\u009b1m\r")).toBe("\\u001b[2Jgone\\u009b1m\\u000d");
  });

  it("shows direction marks and separators that would make a name read as another one", () => {
    expect(printable("db\u202eexe\u2066\u2028")).toBe("db\\u202eexe\\u2066\\u2028");
  });

  it("shows what has neither width nor ink, by which one name passes for another", () => {
    expect(printable("or\u200bders\u2060\u206a\u00ad\u3164")).toBe("or\\u200bders\\u2060\\u206a\\u00ad\\u3164");
    expect(printable("db\u{e0041}")).toBe("db\\udb40\\udc41");
  });

  it("leaves JSON what it says", () => {
    const said = { name: "or\u200bders\u{e0041}\u009b\u202e" };
    expect(JSON.parse(printable(JSON.stringify(said)))).toEqual(said);
  });

  it("keeps newlines and tabs in a text and shows them in a name", () => {
    expect(printable("a\n\tb")).toBe("a\n\tb");
    expect(quoted('a\n\t"b"\\')).toBe('"a\\n\\t\\"b\\"\\\\"');
  });

  it("leaves letters of all scripts and emoji alone", () => {
    for (const text of ["Ärger 数据 🐘", "می\u200cخواهم", "👩\u200d💻 ❤\ufe0f"]) expect(printable(text)).toBe(text);
  });

  it("cuts a name that would fill the screen", () => {
    expect(quoted("x".repeat(1_000_000)).length).toBeLessThan(100);
  });

  it("leaves nothing hidden in any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = printable(text);
        expect(printable(shown)).toBe(shown);
        expect(shown).not.toMatch(/(?![\t\n])\p{Cc}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u00ad]/u);
      }),
    );
  });
});

describe("text that a person wrote", () => {
  it.each(["\x1b", "\0", "\r", "\x7f", "\u009b", "\u200e", "\u2028", "\u202e", "\u2066", "\ufeff"])(
    "is found out if a terminal would obey it: %j",
    (sign) => {
      expect(hasObeyed(`db${sign}`)).toBe(true);
      expect(firstObeyed(`db${sign}`)).toBe(2);
    },
  );

  it.each(["Größe\u00adorg", "db\u200b", "a\u2060b", "\u{e0041}", "a\n\tb"])(
    "counts as it is if something of it is only not seen: %j",
    (text) => {
      expect(hasObeyed(text)).toBe(false);
      expect(firstObeyed(text)).toBe(-1);
    },
  );
});
