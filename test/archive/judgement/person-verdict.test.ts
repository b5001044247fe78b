/** The verdict on an archive for a person, who can name a base backup and a timeline (wal-archives.md §7a). */
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { ArchiveVerdict } from "../../../src/archive/judgement/verdict.ts";
import { type Beside, verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { parseLocation } from "../../../src/archive/names/location.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import {
  add,
  BASE,
  BUCKET,
  drop,
  lzopLike,
  OLD,
  sampleArchive,
  seedArchive,
  segment,
  sentinelText,
  stamp,
} from "../sample-archive.ts";
import { addBase, addSegments, codesOf, failedOver, left, packedText } from "../grown-archive.ts";

async function judge(store: MemoryObjectStore, beside: Beside = {}, at = OLD): Promise<ArchiveVerdict> {
  return verifyArchive(await readArchive(store.reader(), at, { times: true }), { restorer: "person", ...beside });
}

describe("a base backup", () => {
  it("with no WAL after its own has a window that ends no earlier than it begins", async () => {
    const store = sampleArchive({ segments: [1, 2] });
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, sentinelText(), { lastModified: stamp(2.1) });
    expect((await judge(store)).baseBackups[0]?.window).toMatchObject({
      from: { time: stamp(2) },
      to: { time: stamp(2) },
    });
  });

  it("that is the newest and broken leaves an older one, which is named", async () => {
    const store = sampleArchive();
    const newest = addBase(store, 5);
    drop(store, `basebackups_005/${newest}/tar_partitions/part_00000000.tar.lzo`);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({
      verdict: "restorable",
      chosenBase: BASE,
      latestBase: newest,
      segmentsToReplay: 5,
      recoveryPoint: { segment: segment(6) },
    });
    const found = verdict.problems.find(({ code }) => code === "newest-base-broken");
    expect(found?.message).toContain(`restore "${BASE}" by its name, not LATEST`);
  });

  it("behind a gap brings back more than the one before it", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 5, 6] });
    const second = addBase(store, 5);
    expect(await judge(store)).toMatchObject({
      verdict: "restorable",
      chosenBase: second,
      missing: [],
      loss: { segments: 0 },
    });
  });

  it("before a gap is taken if the one behind it lacks its WAL, and the gap is the end", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 6] });
    addBase(store, 5);
    expect(await judge(store)).toMatchObject({
      verdict: "restorable-with-loss",
      chosenBase: BASE,
      missing: [segment(4), segment(5)],
      unreachable: [segment(6)],
    });
  });

  it("is taken by what it brings back, not by the date of its sentinel, which a copy turns round", async () => {
    const store = sampleArchive();
    const second = addBase(store, 5, { stored: 1 });
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: second, latestBase: BASE });
    expect(codesOf(verdict)).toEqual(["latest-not-newest"]);
  });

  it("with tablespaces is restorable by who makes their links", async () => {
    const store = sampleArchive();
    const text = sentinelText(segment(2), { spec: { tablespaces: ["1"] } });
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, text);
    const verdict = await judge(store);
    expect([verdict.verdict, codesOf(verdict)]).toEqual(["restorable", ["tablespaces"]]);
  });
});

describe("the timeline", () => {
  it("is followed over a switch", async () => {
    expect(await judge(failedOver())).toMatchObject({
      verdict: "restorable",
      targetTimeline: "latest",
      recoveryPoint: { timeline: 2, segment: segment(8, 2) },
      baseBackups: [{ window: { timelines: [1, 2] } }],
      timelines: [{ parent: null }, { parent: { timeline: 1, lsn: "0/5000098" } }],
    });
  });

  it("is followed over several switches inside one segment", async () => {
    const store = sampleArchive();
    add(store, "wal_005/00000002.history.lzo", packedText(left(1, "0/5000098")));
    add(store, "wal_005/00000003.history.lzo", packedText(left(1, "0/5000098") + left(2, "0/5000200")));
    add(
      store,
      "wal_005/00000004.history.lzo",
      packedText(left(1, "0/5000098") + left(2, "0/5000200") + left(3, "0/5000300")),
    );
    addSegments(store, [5, 6], 4);
    expect(await judge(store)).toMatchObject({
      verdict: "restorable",
      missing: [],
      recoveryPoint: { timeline: 4, segment: segment(6, 4) },
      baseBackups: [{ window: { timelines: [1, 4] } }],
    });
  });

  it("must be told where the newest does not descend from that of the base backup, which latest could mix with it", async () => {
    const store = failedOver();
    const own = addBase(store, 6);
    const verdict = await judge(store, { timeline: 1 });
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: own, targetTimeline: 1 });
    expect(verdict.recoveryPoint).toMatchObject({ timeline: 1, segment: segment(6) });
    expect(await judge(store, { timeline: 2 })).toMatchObject({ chosenBase: BASE });
    const sibling = verdict.baseBackups.find(({ name }) => name === own);
    expect((await judge(store)).baseBackups.find(({ name }) => name === own)?.window?.targetTimeline).toBe(1);
    expect(sibling?.usable).toBe(true);
  });

  it("is parted from by the byte: a backup that had ended before the switch in its segment goes on, one after it does not", async () => {
    const store = sampleArchive();
    add(store, "wal_005/00000002.history.lzo", packedText(left(1, "0/20000F9")));
    addSegments(store, [2, 3, 4, 5, 6, 7], 2);
    expect(await judge(store)).toMatchObject({ verdict: "restorable", recoveryPoint: { timeline: 2 } });
    add(store, "wal_005/00000002.history.lzo", packedText(left(1, "0/20000F7")));
    expect(await judge(store)).toMatchObject({ targetTimeline: 1, recoveryPoint: { timeline: 1 } });
  });

  it("whose history is lost hides its WAL: it is lost, and said", async () => {
    const store = failedOver();
    drop(store, "wal_005/00000002.history.lzo");
    const verdict = await judge(store);
    expect(verdict).toMatchObject({
      verdict: "restorable-with-loss",
      recoveryPoint: { timeline: 1, segment: segment(6) },
      unreachable: [5, 6, 7, 8].map((number) => segment(number, 2)),
    });
    expect(codesOf(verdict)).toEqual(["wal-aside", "history-missing"]);
    expect(verdict.problems[1]).toMatchObject({ key: "wal_005/00000002.history.lzo" });
    expect(verdict.problems[1]?.message).toContain("the number of its parent (1?), a tab, the LSN");
  });

  it("behind a hole in the histories is reached by its number", async () => {
    const store = failedOver();
    drop(store, "wal_005/00000002.history.lzo");
    add(store, "wal_005/00000003.history.lzo", packedText(left(1, "0/5000098") + left(2, "0/8000000")));
    addSegments(store, [8, 9], 3);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({
      verdict: "restorable",
      targetTimeline: 3,
      recoveryPoint: { segment: segment(9, 3) },
    });
    expect(codesOf(verdict)).toContain("target-timeline");
  });

  it("whose first segment is lost would be taken from the wrong branch: the old one is restored by its number", async () => {
    const store = failedOver();
    drop(store, `wal_005/${segment(5, 2)}.lzo`);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({
      verdict: "restorable-with-loss",
      targetTimeline: 1,
      recoveryPoint: { timeline: 1, segment: segment(6) },
      unreachable: [6, 7, 8].map((number) => segment(number, 2)),
    });
    expect(await judge(store, { timeline: "latest" })).toMatchObject({ verdict: "not-restorable" });
  });

  it("that was left behind a gap leaves what lies there lost", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 5, 6] });
    add(store, "wal_005/00000002.history.lzo", packedText(left(1, "0/4000000")));
    addSegments(store, [4, 5], 2);
    expect(await judge(store)).toMatchObject({
      verdict: "restorable-with-loss",
      recoveryPoint: { segment: segment(5, 2) },
      unreachable: [segment(5), segment(6)],
    });
  });

  it("that ends in a partial segment loses it if no timeline goes on from there, and nothing if one does", async () => {
    const alone = sampleArchive();
    add(alone, `wal_005/${segment(7)}.partial.lzo`, lzopLike("partial"));
    expect(await judge(alone)).toMatchObject({ verdict: "restorable-with-loss" });
    const store = failedOver();
    drop(store, `wal_005/${segment(5)}.lzo`);
    drop(store, `wal_005/${segment(6)}.lzo`);
    add(store, `wal_005/${segment(5)}.partial.lzo`, lzopLike("partial"));
    expect(await judge(store)).toMatchObject({ verdict: "restorable" });
    expect(await judge(store, { timeline: 1 })).toMatchObject({
      verdict: "restorable",
      recoveryPoint: { segment: segment(4) },
    });
  });

  it("that nothing leads to cannot be restored", async () => {
    expect(await judge(failedOver(), { timeline: 7 })).toMatchObject({
      verdict: "not-restorable",
      recoveryPoint: null,
    });
  });
});

describe("the system identifier beside an archive", () => {
  const ELSEWHERE = parseLocation(`s3://${BUCKET}/clusters/main`);

  it("is needed only if Dingo's containers look for it", async () => {
    const store = sampleArchive();
    seedArchive(store, { at: ELSEWHERE });
    for (const at of [OLD, ELSEWHERE]) store.bucket(BUCKET).delete(`${at.prefix}/sysids/sysid`);
    expect(await judge(store)).toMatchObject({ verdict: "not-restorable" });
    expect(await judge(store, {}, ELSEWHERE)).toMatchObject({ verdict: "restorable", systemId: null });
  });
});

describe("times", () => {
  it("come from inside the segments if a copy has new ones, and tell what a gap covers", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 5, 6] });
    for (const number of [1, 2, 3, 5, 6]) {
      const content = packedText(`segment ${number}`, Date.parse(stamp(number)) / 1000);
      add(store, `wal_005/${segment(number)}.lzo`, content, { lastModified: stamp(5000) });
    }
    const verdict = await judge(store);
    expect(verdict.recoveryPoint?.time).toBe(stamp(3));
    expect(verdict.gaps).toMatchObject([{ first: segment(4), from: stamp(3), to: stamp(5) }]);
  });

  it("say from when on a base backup can be used, by the database's own clock", async () => {
    const store = sampleArchive();
    const history = `START WAL LOCATION: 0/2000028 (file ${segment(2)})\nSTOP WAL LOCATION: 0/20000F8 (file ${segment(2)})\nSTART TIME: 2026-11-21 02:20:01 UTC\nSTOP TIME: 2026-11-21 02:21:07 UTC\n`;
    add(store, `wal_005/${segment(2)}.00000028.backup.lzo`, packedText(history));
    expect((await judge(store)).baseBackups[0]).toMatchObject({
      startedAt: "2026-11-21T02:20:01.000Z",
      finishedAt: "2026-11-21T02:21:07.000Z",
      window: { from: { lsn: "0/20000F8", time: "2026-11-21T02:21:07.000Z" }, to: { time: stamp(6) } },
    });
  });

  it("that somebody wants to go back to are answered with the base backup that it takes, or why there is none", async () => {
    const store = sampleArchive();
    const second = addBase(store, 4);
    const pick = async (at: string) => (await judge(store, { targetTime: new Date(at) })).pick;
    expect(await pick(stamp(5))).toMatchObject({ base: second });
    expect(await pick(stamp(3))).toMatchObject({ base: BASE });
    expect(await pick(stamp(1))).toMatchObject({
      base: null,
      why: expect.stringContaining("before the first base backup"),
    });
    expect(await pick(stamp(7))).toMatchObject({
      base: null,
      why: expect.stringContaining("behind the recovery point"),
    });
  });

  it("tell the loss, and that archiving had stopped before the deletion", async () => {
    const store = sampleArchive();
    expect(codesOf(await judge(store, { deletedAt: new Date(stamp(7)) }))).toEqual([]);
    const verdict = await judge(store, { deletedAt: new Date(stamp(30)) });
    expect(codesOf(verdict)).toEqual(["archiving-stalled"]);
    expect(verdict).toMatchObject({
      lossInTime: { seconds: 24 * 600, noLaterThan: stamp(6) },
      stall: { lastStored: stamp(6), usualPauseSeconds: 600, stalled: true },
    });
  });
});
