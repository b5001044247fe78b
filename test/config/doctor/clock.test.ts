import { describe, expect, it } from "vitest";
import { clockVerdict } from "../../../src/config/doctor/clock.ts";

const OURS = new Date("2026-11-21T03:00:00Z");
const at = (seconds: number) => clockVerdict("the store", new Date(OURS.getTime() + seconds * 1000), OURS);

describe("the clock of a system beside ours", () => {
  it("is the same within what an answer takes", () => {
    expect(at(1)).toEqual({ state: "ok", text: "clock: the same" });
    expect(at(-29)).toEqual({ state: "ok", text: "clock: 29 s apart" });
  });

  it("that is off by minutes makes times misleading, and by more refuses requests", () => {
    expect(at(-45)).toMatchObject({ state: "warning", text: "the store is 45 s behind this machine" });
    expect(at(9 * 60)).toMatchObject({ state: "warning", text: "the store is 9 min ahead of this machine" });
    expect(at(10 * 60)).toMatchObject({ state: "failed" });
    expect(at(-5 * 3600)).toMatchObject({ state: "failed", text: "the store is 5 h behind this machine" });
  });

  it("that is not told is no fault and no proof", () => {
    expect(clockVerdict("the store", undefined, OURS).state).toBe("note");
  });
});
