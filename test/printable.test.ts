import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstHidden, printable, quoted } from "../src/printable.js";

describe("foreign text on a screen", () => {
  it("shows escape sequences instead of obeying them", () => {
    expect(printable("\x1b[2Jgone\u009b1m\r")).toBe("\\u001b[2Jgone\\u009b1m\\u000d");
  });

  it("shows direction marks and separators that would make a name read as another one", () => {
    expect(printable("db\u202eexe\u2066\u2028")).toBe("db\\u202eexe\\u2066\\u2028");
  });

  it("keeps newlines and tabs in a text and shows them in a name", () => {
    expect(printable("a\n\tb")).toBe("a\n\tb");
    expect(quoted('a\n\t"b"\\')).toBe('"a\\n\\t\\"b\\"\\\\"');
  });

  it("leaves letters of all scripts and emoji alone", () => {
    expect(printable("Ärger 数据 🐘")).toBe("Ärger 数据 🐘");
  });

  it("cuts a name that would fill the screen", () => {
    expect(quoted("x".repeat(1_000_000)).length).toBeLessThan(100);
  });

  it("leaves nothing hidden in any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(firstHidden(printable(text))).toBe(-1);
      }),
    );
  });
});
