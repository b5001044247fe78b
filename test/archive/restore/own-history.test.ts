/** A base backup on a later timeline, whose own history is lost: PostgreSQL refuses that timeline's number, and needs no number. */
import { describe, expect, it } from "vitest";
import { settingsFiles } from "../../../src/archive/restore/settings.ts";
import { addBase, addHistory, codesOf, failedOver, judged, left, planned } from "../grown-archive.ts";
import { add, drop, lzopLike, segment } from "../sample-archive.ts";

const HISTORY = "wal_005/00000002.history.lzo";

/** Its newest base backup is of timeline 2. */
function withoutHistory() {
  const store = failedOver();
  const base = addBase(store, 6, { timeline: 2 });
  drop(store, HISTORY);
  return { store, base };
}

function settings(major: string, timeline: number | "current", segmentBytes = 2 ** 24): string {
  const terms = { major, timeline, targetTime: undefined, least: {}, segmentBytes, socketDirectory: "/tmp" };
  return [...settingsFiles(terms).values()].join("\n");
}

describe("the settings of a restored server", () => {
  it("keep two segments at least, as it refuses to start with less", () => {
    expect(settings("13", 1)).not.toContain("wal_size");
    expect(settings("13", 1, 2 ** 26)).toContain("\nmin_wal_size = 128MB\n");
    expect(settings("13", 1, 2 ** 30)).toContain("\nmin_wal_size = 2048MB\nmax_wal_size = 2048MB\n");
  });
});

describe("a base backup on timeline 2 without 00000002.history", () => {
  it("is restored along its own timeline without the number", async () => {
    const { store, base } = withoutHistory();
    const plan = await planned(store);
    expect(plan).toMatchObject({ base, timeline: 2, target: "current", histories: [] });
    expect(plan.segments.map(({ name }) => name)).toEqual([6, 7, 8].map((number) => segment(number, 2)));
    expect(settings("9.6", plan.target)).not.toContain("recovery_target_timeline");
    expect(settings("13", plan.target)).toContain("recovery_target_timeline = 'current'\n");
  });

  it("keeps the number if the history is there", async () => {
    const store = failedOver();
    addBase(store, 6, { timeline: 2 });
    const plan = await planned(store);
    expect(plan).toMatchObject({ timeline: 2, target: 2 });
    expect(settings("9.6", plan.target)).toContain("recovery_target_timeline = '2'\n");
  });

  it("cannot be had by its number, which is said, and can as latest or current", async () => {
    const { store, base } = withoutHistory();
    const numbered = await judged(store, { timeline: 2 });
    expect(numbered.verdict).toBe("not-restorable");
    expect(numbered.baseBackups.find(({ name }) => name === base)?.why).toContain(
      "00000002.history is missing, so PostgreSQL refuses 2 as its target timeline",
    );
    for (const timeline of ["latest", "current"] as const)
      expect(await judged(store, { timeline })).toMatchObject({
        verdict: "restorable",
        chosenBase: base,
        targetTimeline: timeline,
        recoveryPoint: { segment: segment(8, 2) },
      });
  });

  it("is restored as current if a later history cannot be reached", async () => {
    const { store, base } = withoutHistory();
    addHistory(store, 4, left(1, "0/5000098") + left(2, "0/9000000") + left(3, "0/A000000"));
    expect(await judged(store)).toMatchObject({ restorable: true, chosenBase: base, targetTimeline: "current" });
    expect(await planned(store)).toMatchObject({ base, target: "current" });
  });

  it("is restored without a history of its own that is damaged: the server would read it", async () => {
    const { store, base } = withoutHistory();
    add(store, HISTORY, lzopLike("no history"));
    expect(await judged(store)).toMatchObject({ restorable: true, chosenBase: base });
    expect(await planned(store)).toMatchObject({ base, target: "current", histories: [] });
    expect(codesOf(await judged(store, { timeline: 2 }))).toContain("base-backup-broken");
  });
});
