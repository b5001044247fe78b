import { describe, expect, it } from "vitest";
import type { Check } from "../../../src/config/doctor/check.ts";
import { outcomeOf } from "../../../src/config/doctor/outcome.ts";

const endOf = (...checks: readonly Omit<Check, "id" | "text">[]): number =>
  outcomeOf([{ id: "x", title: "X", checks: checks.map((each) => ({ id: "x.y", text: "", ...each })) }]).exitCode;

describe("how doctor ends", () => {
  it("is 0 with notes, and 20 with a warning", () => {
    expect(endOf({ state: "ok" }, { state: "note" })).toBe(0);
    expect(endOf({ state: "note" }, { state: "warning" })).toBe(20);
  });

  it("is 15 if somebody refuses, and no less if nobody could look", () => {
    expect(endOf({ state: "warning" }, { state: "failed", code: "access-denied" })).toBe(15);
    expect(endOf({ state: "unknown" })).toBe(15);
    expect(endOf({ state: "failed", code: "does-not-fit" }, { state: "unknown", code: "unreachable" })).toBe(15);
  });

  it("is 21 if something else would stop a run", () => {
    expect(endOf({ state: "failed", code: "does-not-fit" })).toBe(21);
    expect(endOf({ state: "failed" })).toBe(21);
  });

  it("is 10 before all if the configuration is wrong", () => {
    expect(endOf({ state: "unknown" }, { state: "failed", code: "config-invalid" })).toBe(10);
  });
});
