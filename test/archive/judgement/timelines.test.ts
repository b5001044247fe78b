import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { timelineAt, wayToLatest } from "../../../src/archive/judgement/history.ts";
import { parseHistory } from "../../../src/archive/reading/histories.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import type { ArchiveVerdict } from "../../../src/archive/judgement/verdict.ts";
import { lzop } from "../../../src/rehearsal/world/formats/lzop.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, BASE, drop, lzopLike, OLD, sampleArchive, segment, sentinelText, stamp } from "../sample-archive.ts";

const judge = async (store: MemoryObjectStore): Promise<ArchiveVerdict> =>
  verifyArchive(await readArchive(store.reader(), OLD));

const packed = (text: string): Uint8Array => lzop([Buffer.from(text)], { mtime: 0, fileMode: 0 });
const line = (timeline: number, lsn: string): string => `${timeline}\t${lsn}\tno recovery target specified\n`;

/** Timeline 1 in segments 1 to 6, left in the middle of segment 5 for timeline 2, which goes on to 8. */
function failedOver(history = line(1, "0/5000098")): MemoryObjectStore {
  const store = sampleArchive();
  add(store, "wal_005/00000002.history.lzo", packed(history));
  for (const number of [5, 6, 7, 8])
    add(store, `wal_005/${segment(number, 2)}.lzo`, lzopLike(`2 ${number}`), { lastModified: stamp(number) });
  return store;
}

const codes = (verdict: ArchiveVerdict): string[] => verdict.problems.map(({ code }) => code);

describe("an archive whose server failed over", () => {
  it("is restorable along its history, without a gap at the joint", async () => {
    const verdict = await judge(failedOver());
    expect(verdict).toMatchObject({
      verdict: "restorable",
      missing: [],
      unreachable: [],
      segmentsToReplay: 7,
      recoveryPoint: { timeline: 2, segment: segment(8, 2), time: stamp(8) },
    });
    expect(codes(verdict)).toEqual(["timelines-followed"]);
  });

  it("loses nothing by what the old server wrote on its own afterwards, nor by its last, partial segment", async () => {
    const store = failedOver();
    expect(await judge(store)).toMatchObject({ verdict: "restorable", recoveryPoint: { segment: segment(8, 2) } });
    drop(store, `wal_005/${segment(5)}.lzo`);
    drop(store, `wal_005/${segment(6)}.lzo`);
    add(store, `wal_005/${segment(5)}.partial.lzo`, lzopLike("partial"));
    expect(await judge(store)).toMatchObject({ verdict: "restorable", recoveryPoint: { segment: segment(8, 2) } });
  });

  it("is not judged if the old timeline goes on behind a gap at the joint: that was a promotion over a gap", async () => {
    const store = failedOver(line(1, "0/5000000"));
    drop(store, `wal_005/${segment(5)}.lzo`);
    expect(await judge(store)).toMatchObject({ verdict: "unknown" });
  });

  it.each([
    ["before the joint", segment(4), 4, segment(3)],
    ["after the joint", segment(7, 2), 1, segment(6, 2)],
  ])("has a gap %s, counted and named on its timeline", async (_where, missing, unreachable, last) => {
    const store = failedOver();
    drop(store, `wal_005/${missing}.lzo`);
    const verdict = await judge(store);
    expect(verdict).toMatchObject({ verdict: "restorable-with-loss", missing: [missing] });
    expect([verdict.unreachable.length, verdict.recoveryPoint?.segment]).toEqual([unreachable, last]);
  });

  it("is not judged for a container if the joint is lost: it would take the old server's segment for it", async () => {
    const store = failedOver();
    drop(store, `wal_005/${segment(5, 2)}.lzo`);
    const verdict = await judge(store);
    expect([verdict.verdict, codes(verdict)]).toEqual(["unknown", expect.arrayContaining(["wrong-branch"])]);
    drop(store, `wal_005/${segment(5)}.lzo`);
    drop(store, `wal_005/${segment(6)}.lzo`);
    expect(await judge(store)).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [segment(5, 2)],
      recoveryPoint: { segment: segment(4) },
      loss: { unreachable: 3 },
    });
  });

  it("is restored from a base backup of the new timeline without looking back", async () => {
    const store = failedOver();
    const base = `base_${segment(6, 2)}_00000040`;
    const at = { lastModified: stamp(7) };
    add(store, `basebackups_005/${base}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64", at);
    add(store, `basebackups_005/${base}/tar_partitions/part_00000000.tar.lzo`, lzopLike("part"), at);
    add(store, `basebackups_005/${base}_backup_stop_sentinel.json`, sentinelText(segment(6, 2)), at);
    expect(await judge(store)).toMatchObject({ verdict: "restorable", chosenBase: base, segmentsToReplay: 3 });
  });

  it.each([
    ["no history leads to the new timeline", (store: MemoryObjectStore) => drop(store, "wal_005/00000002.history.lzo")],
    [
      "a history is missing on the way to a newer one",
      (store: MemoryObjectStore) => add(store, "wal_005/00000004.history.lzo", packed(line(1, "0/5000098"))),
    ],
    [
      "its history is not to be read",
      (store: MemoryObjectStore) => add(store, "wal_005/00000002.history.lzo", lzopLike("history")),
    ],
    [
      "the backup was made after the timelines parted",
      (store: MemoryObjectStore) => add(store, "wal_005/00000002.history.lzo", packed(line(1, "0/1000098"))),
    ],
    [
      "the newest timeline descends from another",
      (store: MemoryObjectStore) => add(store, "wal_005/00000002.history.lzo", packed(line(7, "0/5000098"))),
    ],
  ])("is not judged if %s", async (_why, change) => {
    const store = failedOver();
    change(store);
    const verdict = await judge(store);
    expect([verdict.verdict, codes(verdict)]).toEqual(["unknown", expect.arrayContaining(["several-timelines"])]);
  });

  it("still needs the WAL of its base backup", async () => {
    const store = failedOver();
    drop(store, `wal_005/${segment(2)}.lzo`);
    expect(await judge(store)).toMatchObject({ verdict: "not-restorable", chosenBase: BASE });
  });
});

describe("a history", () => {
  it("is read with its comments and blank lines, and not if a line is none", () => {
    expect(parseHistory(`# a comment\n\n${line(1, "0/3000098")}\n${line(2, "1/5000098")}`)).toEqual([
      { timeline: 1, number: 3, lsn: 0x3000098n },
      { timeline: 2, number: 261, lsn: 0x105000098n },
    ]);
    for (const text of ["", "x", "1 0-3000098", `${line(2, "0/3000098")}${line(1, "0/4000098")}`])
      expect(parseHistory(text)).toBe(undefined);
  });

  it("leads over every ancestor, and past those that were left", () => {
    const left = (timeline: number, number: number) => ({ timeline, number, lsn: BigInt(number) << 24n });
    const histories = new Map([
      [2, [left(1, 5)]],
      // From timeline 1 again, earlier: 2 was given up.
      [3, [left(1, 4)]],
      [4, [left(1, 4), left(3, 9)]],
    ]);
    const way = wayToLatest(
      { timeline: 1, start: 2, startLsn: 0x2000028n, stop: 2, stopLsn: 0x2000100n },
      { histories, wal: [] },
    );
    const stretches = way.known ? way.stretches : [];
    expect(stretches).toEqual([
      { timeline: 1, from: 0 },
      { timeline: 3, from: 4 },
      { timeline: 4, from: 9 },
    ]);
    expect([3, 4, 8, 9, 20].map((number) => timelineAt(stretches, number))).toEqual([1, 3, 3, 4, 4]);
  });
});
