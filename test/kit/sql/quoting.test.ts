import { describe, expect, it } from "vitest";
import { quoteIdentifier, quoteLiteral } from "../../../src/kit/sql/quoting.ts";

describe("SQL quoting", () => {
  it("doubles quotes in identifiers", () => {
    expect(quoteIdentifier('a"b')).toBe('"a""b"');
  });

  it("doubles quotes in literals and escapes backslashes in the E form", () => {
    expect(quoteLiteral("a'b")).toBe("'a''b'");
    expect(quoteLiteral("a\\b")).toBe(" E'a\\\\b'");
  });
});
