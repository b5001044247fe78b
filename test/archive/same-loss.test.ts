/** A restore and the verdict name the same loss, and both name the way to lose less. */
import { describe, expect, it } from "vitest";
import { addBase, addHistory, addSegments, codesOf, failedOver, judged, left, planned } from "./grown-archive.ts";
import { BASE, drop, sampleArchive, segment } from "./sample-archive.ts";

describe("a branch that no history leads to", () => {
  it("is lost in the restore as in the verdict", async () => {
    const store = failedOver();
    drop(store, "wal_005/00000002.history.lzo");
    const verdict = await judged(store);
    const plan = await planned(store);
    expect(verdict.loss).toEqual({ missing: 0, unreachable: 4, segments: 4 });
    expect(plan.lost).toEqual(verdict.loss);
    expect(plan.findings.map(({ code }) => code)).toEqual(["wal-aside", "history-missing"]);
  });

  it("is lost with the segment that is missing in it", async () => {
    const store = failedOver();
    addSegments(store, [11], 2);
    drop(store, "wal_005/00000002.history.lzo");
    const verdict = await judged(store);
    expect(verdict.missing).toEqual([segment(9, 2), segment(10, 2)]);
    expect(verdict.loss).toEqual({ missing: 2, unreachable: 5, segments: 7 });
    expect((await planned(store)).lost).toEqual(verdict.loss);
  });
});

describe("a joint segment that is missing", () => {
  it("stands among the missing if a finding names it", async () => {
    const store = failedOver();
    drop(store, `wal_005/${segment(5, 2)}.lzo`);
    const verdict = await judged(store);
    expect(codesOf(verdict)).toContain("target-timeline");
    expect(verdict.problems.map(({ message }) => message).join("\n")).toContain(`${segment(5, 2)} is missing`);
    expect(verdict.missing).toEqual([segment(5, 2)]);
    expect((await planned(store)).lost).toEqual(verdict.loss);
  });
});

describe("the newest branch of a tree", () => {
  it("is lost with the only base backup that leads to it, though its segments have lower numbers", async () => {
    const store = failedOver();
    addBase(store, 7, { timeline: 2 });
    addHistory(store, 3, left(1, "0/4000098"));
    addSegments(store, [4, 5, 6], 3);
    expect((await judged(store)).loss.segments).toBe(0);
    drop(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`);
    const verdict = await judged(store);
    expect([verdict.verdict, verdict.loss]).toEqual([
      "restorable-with-loss",
      { missing: 0, unreachable: 3, segments: 3 },
    ]);
    expect((await planned(store)).lost).toEqual(verdict.loss);
  });
});

describe("an older base backup that is named", () => {
  it("loses what lies behind the gap between it and the newer one", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 5, 6] });
    addBase(store, 5);
    expect((await planned(store)).lost.segments).toBe(0);
    expect((await planned(store, { base: BASE })).lost).toEqual({ missing: 1, unreachable: 2, segments: 3 });
  });
});
