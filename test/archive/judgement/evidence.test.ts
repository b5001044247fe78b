import { describe, expect, it } from "vitest";
import { compareListings, formatListing, parseListing } from "../../../src/archive/copy/baseline.ts";
import { estimateRecovery } from "../../../src/archive/judgement/estimate.ts";
import { readArchive, sortEntries } from "../../../src/archive/reading/facts.ts";
import { judgeFresh } from "../../../src/archive/judgement/fresh.ts";
import { lossInTime, lostSegmentsText } from "../../../src/archive/judgement/loss.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { recoveryPointText } from "../../../src/archive/judgement/verdict.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, BUCKET, lzopLike, OLD, sampleArchive, segment, stamp, START_MS } from "../sample-archive.ts";

const list = (memory: MemoryObjectStore) => memory.reader().list(BUCKET, `${OLD.prefix}/`);

describe("a listing kept as evidence", () => {
  it("is read back as it was, keys of any form included", async () => {
    const memory = sampleArchive();
    add(memory, 'wal_005/new\nline\u001b[2J"quote', "x");
    const objects = await list(memory);
    const text = formatListing({ location: OLD, objects });
    expect(parseListing(text)).toEqual({ location: OLD, objects });
    expect(text.split("\n")).toHaveLength(objects.length + 2);
    expect(formatListing({ location: OLD, objects: [...objects].reverse() })).toBe(text);
  });

  it("shows what was added, removed and changed", async () => {
    const memory = sampleArchive();
    const before = await list(memory);
    expect(compareListings(before, await list(memory))).toMatchObject({ same: true });
    add(memory, `wal_005/${segment(7)}.lzo`, lzopLike("7"));
    add(memory, `wal_005/${segment(6)}.lzo`, lzopLike("again"));
    memory.bucket(BUCKET).delete(`${OLD.prefix}/sysids/sysid`);
    expect(compareListings(before, await list(memory))).toEqual({
      same: false,
      added: [`${OLD.prefix}/wal_005/${segment(7)}.lzo`],
      removed: [`${OLD.prefix}/sysids/sysid`],
      changed: [`${OLD.prefix}/wal_005/${segment(6)}.lzo`],
    });
  });

  it.each([
    "",
    "x",
    '["dingo-recover/listing@2","s3://bucket/x"]',
    '["dingo-recover/listing@1","s3://bucket/x"]\n["k",1]',
  ])("refuses %j", (text) =>
    expect(() => parseListing(text)).toThrow(expect.objectContaining({ code: "answer-malformed" })),
  );
});

describe("a fresh instance's archive", () => {
  const createdAt = new Date(START_MS);
  const judge = async (memory: MemoryObjectStore, created = createdAt) =>
    judgeFresh(sortEntries(OLD, await list(memory)), created);

  it("is one base backup and a few segments, all younger than the instance", async () => {
    expect(await judge(sampleArchive({ segments: [1, 2, 3] }))).toMatchObject({ fresh: true, objects: 8 });
    const empty = sampleArchive();
    empty.bucket(BUCKET).clear();
    expect(await judge(empty)).toMatchObject({ fresh: true, objects: 0 });
  });

  it("is not one with an object older than the instance", async () => {
    const { fresh, reasons } = await judge(sampleArchive(), new Date(stamp(2)));
    expect(fresh).toBe(false);
    expect(reasons[0]).toContain("is older than the instance");
  });

  it("is not one with dates that cannot be read", async () => {
    const memory = sampleArchive();
    add(memory, "sysids/sysid", "x", { lastModified: "yesterday" });
    expect((await judge(memory)).fresh).toBe(false);
  });

  it.each([
    ["the history of a third timeline", "wal_005/00000003.history.lzo"],
    ["a third timeline", `wal_005/${segment(3, 3)}.lzo`],
    ["anything else", "wal_005/readme.txt"],
  ])("is not one with %s", async (_, key) => {
    const memory = sampleArchive();
    add(memory, key, lzopLike("x"));
    expect((await judge(memory)).fresh).toBe(false);
  });

  it("may have failed over once, to a node on another cell, with a base backup of its own, but not twice", async () => {
    const memory = sampleArchive();
    add(memory, "wal_005/00000002.history.lzo", lzopLike("x"));
    add(memory, `wal_005/${segment(3, 2)}.lzo`, lzopLike("x"));
    add(memory, "basebackups_005/base_000000020000000000000004_00000040/extended_version.txt", lzopLike("x"));
    expect(await judge(memory)).toMatchObject({ fresh: true, reasons: [] });
    add(memory, "basebackups_005/base_000000020000000000000006_00000040/extended_version.txt", lzopLike("x"));
    expect(await judge(memory)).toMatchObject({ fresh: false, reasons: ["it has 3 base backups"] });
  });

  it("is not one with more segments than an idle instance archives in its time", async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    const busy = sampleArchive();
    for (const number of numbers) add(busy, `wal_005/${segment(number)}.lzo`, lzopLike(`x${number}`));
    expect((await judge(busy)).reasons).toEqual(["it has 40 WAL segments"]);
    // One every ten minutes: it waited for somebody over night.
    expect((await judge(sampleArchive({ segments: numbers }))).fresh).toBe(true);
  });
});

describe("what is told before consent", () => {
  it("is the recovery point as an upper bound, and the loss in segments and in time", async () => {
    const verdict = verifyArchive(await readArchive(sampleArchive({ segments: [1, 2, 3, 5] }).reader(), OLD));
    expect(verdict.recoveryPoint && recoveryPointText(verdict.recoveryPoint)).toMatch(
      /^no later than 2026-11-21T02:30:00/,
    );
    expect(lostSegmentsText(verdict.loss, false)).toBe(
      "lost after the recovery point: 2 segments (1 missing, 1 unreachable)",
    );
    expect(lossInTime(stamp(3), new Date("2026-11-21T02:35:21Z")).seconds).toBe(321);
    expect(lossInTime(stamp(3), new Date(START_MS)).seconds).toBe(0);
  });

  it("is a duration that grows with the segments to replay", async () => {
    const few = verifyArchive(await readArchive(sampleArchive().reader(), OLD));
    const estimate = estimateRecovery(few);
    expect(estimate).toMatchObject({ objects: 11, segmentsToReplay: 5, diskBytes: 21_000_000 + 5 * 16 * 1024 ** 2 });
    expect(estimateRecovery({ ...few, segmentsToReplay: 3600 }).minutes).toBeGreaterThan(estimate.minutes + 20);
  });
});
