/** Archives of WAL-G, and the part of an archive of both that each of the two programs can restore. */
import { describe, expect, it } from "vitest";
import { parseWalgSentinel, withoutFileList } from "../../../src/archive/names/walg-sentinel.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { ArchiveVerdict } from "../../../src/archive/judgement/verdict.ts";
import { type Beside, verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { add, BASE, OLD, sampleArchive, segment, stamp, SYSID } from "../sample-archive.ts";
import { DELTA, FULL, lz4Like, SPILO, walgArchive, type WalgArchive, walgSentinel } from "../walg-archive.ts";

async function judge({ store }: WalgArchive, beside: Beside = {}): Promise<ArchiveVerdict> {
  return verifyArchive(await readArchive(store.reader(), SPILO, { times: true }), { restorer: "person", ...beside });
}
const codes = (verdict: ArchiveVerdict): readonly string[] => verdict.problems.map(({ code }) => code);
const delta = { DeltaFrom: FULL, DeltaFullName: FULL, DeltaCount: 1, DeltaLSN: 33554472 };

describe("an archive of WAL-G", () => {
  it("is restorable by WAL-G up to its last segment, with what its sentinel and metadata say", async () => {
    const verdict = await judge(walgArchive());
    expect(verdict).toMatchObject({
      verdict: "restorable",
      reader: "wal-g",
      systemId: SYSID,
      postgresVersion: "13.14",
      chosenBase: FULL,
      expandedBytes: 31_000_000,
      recoveryPoint: { segment: segment(8), time: stamp(8) },
      baseBackups: [
        {
          writer: "wal-g",
          startLsn: "0/2000028",
          finishedAt: stamp(2.5),
          window: { from: { lsn: "0/2000138", time: stamp(2.5) }, targetTimeline: "latest" },
        },
      ],
    });
    expect(codes(verdict)).toEqual([]);
  });

  it("has nothing that WAL-E could restore", async () => {
    const verdict = await judge(walgArchive(), { reader: "wal-e" });
    expect(verdict.verdict).toBe("not-restorable");
    const why = verdict.problems.find(({ code }) => code === "no-base-backup");
    expect(why?.message).toContain("--reader wal-g");
  });

  it("is not judged for a container of Dingo, which has only WAL-E", async () => {
    const verdict = await judge(walgArchive(), { restorer: "container" });
    expect(verdict.verdict).toBe("unknown");
    expect(codes(verdict)).toContain("wal-g-archive");
  });

  it("loses what lies behind a gap", async () => {
    expect(await judge(walgArchive().drop(`wal_005/${segment(5)}.lz4`))).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [segment(5)],
      unreachable: [segment(6), segment(7), segment(8)],
      gaps: [{ from: stamp(4), to: stamp(6) }],
    });
  });

  it("goes on in another packing, and under none", async () => {
    const archive = walgArchive().segments([9, 10], ".zst").segments([11], ".br");
    archive.put(`wal_005/${segment(12)}`, Buffer.alloc(64), 12);
    expect((await judge(archive)).recoveryPoint?.segment).toBe(segment(12));
  });

  it("counts a segment that lies here twice as whole only if both are: which one is taken is not known", async () => {
    const twice = walgArchive().put(`wal_005/${segment(6)}.zst`, lz4Like("6"), 6);
    expect(await judge(twice)).toMatchObject({ verdict: "restorable" });
    twice.put(`wal_005/${segment(6)}.zst`, "", 6);
    expect(await judge(twice)).toMatchObject({ verdict: "restorable-with-loss", missing: [segment(6)] });
  });

  it.each([
    [
      "a tar file that it names is missing",
      (a: WalgArchive) => a.drop(`basebackups_005/${FULL}/tar_partitions/part_003.tar.lz4`),
      'tar file "part_003.tar.lz4" is missing',
    ],
    [
      "a tar file is empty",
      (a: WalgArchive) => a.put(`basebackups_005/${FULL}/tar_partitions/part_001.tar.lz4`, ""),
      'tar file "part_001.tar.lz4" is empty',
    ],
    [
      "pg_control is missing",
      (a: WalgArchive) => a.drop(`basebackups_005/${FULL}/tar_partitions/pg_control.tar.lz4`),
      "it has no pg_control",
    ],
    [
      "its sentinel is cut",
      (a: WalgArchive) => a.put(`basebackups_005/${FULL}_backup_stop_sentinel.json`, walgSentinel(2).slice(0, 30)),
      "its sentinel cannot be read",
    ],
    [
      "a segment that it needs is missing",
      (a: WalgArchive) => a.drop(`wal_005/${segment(2)}.lz4`),
      `WAL that it needs is missing: ${segment(2)}`,
    ],
  ])("is not restorable if %s", async (_what, spoil, why) => {
    const verdict = await judge(spoil(walgArchive()));
    expect(verdict.verdict).toBe("not-restorable");
    expect(verdict.baseBackups[0]?.why).toContain(why);
  });

  it("is not judged if fewer bytes are here than were sent, and nothing names its tar files", async () => {
    const archive = walgArchive();
    const sentinel = walgSentinel(2, { CompressedSize: 1e9 });
    archive.put(`basebackups_005/${FULL}_backup_stop_sentinel.json`, sentinel);
    expect((await judge(archive)).verdict).toBe("restorable");
    archive.drop(`basebackups_005/${FULL}/files_metadata.json`);
    const verdict = await judge(archive);
    expect([verdict.verdict, codes(verdict)]).toEqual(["unknown", ["parts-short"]]);
  });

  it("says so if nothing tells how many tar files a backup has", async () => {
    const verdict = await judge(walgArchive().drop(`basebackups_005/${FULL}/files_metadata.json`));
    expect([verdict.verdict, codes(verdict)]).toEqual(["restorable", ["parts-unproven"]]);
  });

  it("is not judged if it does not begin as its names say: WAL-G can encrypt without a mark", async () => {
    const verdict = await judge(walgArchive().put(`wal_005/${segment(8)}.lz4`, Buffer.alloc(80, 7), 8));
    expect([verdict.verdict, codes(verdict)]).toEqual(["unknown", ["not-packed"]]);
  });
});

describe("a delta backup of WAL-G", () => {
  const withDelta = (): WalgArchive => walgArchive().base(DELTA, 5, { more: delta });

  it("is taken with the one that it builds on, and explained", async () => {
    const verdict = await judge(withDelta());
    expect(verdict).toMatchObject({ verdict: "restorable", chosenBase: DELTA, segmentsToReplay: 4 });
    expect(verdict.baseBackups.find(({ name }) => name === DELTA)?.buildsOn).toEqual([FULL]);
    expect(codes(verdict)).toEqual(["delta-backup"]);
  });

  it("is nothing without it", async () => {
    const alone = withDelta().drop(`basebackups_005/${FULL}_backup_stop_sentinel.json`);
    const verdict = await judge(alone);
    expect(verdict.verdict).toBe("not-restorable");
    expect(verdict.baseBackups.find(({ name }) => name === DELTA)?.why).toContain(`it builds on "${FULL}"`);
  });

  it("that builds on itself builds on nothing", async () => {
    const circle = walgArchive().base(DELTA, 5, { more: { ...delta, DeltaFrom: DELTA } });
    expect(await judge(circle)).toMatchObject({ verdict: "restorable", chosenBase: FULL });
  });

  it("leaves the whole one to restore if it is broken itself", async () => {
    const broken = withDelta().drop(`basebackups_005/${DELTA}/tar_partitions/part_001.tar.lz4`);
    expect(await judge(broken)).toMatchObject({ verdict: "restorable", chosenBase: FULL, segmentsToReplay: 7 });
  });
});

describe("an archive of both programs", () => {
  it("of which WAL-E does not see what is not packed by lzop, and WAL-G sees everything", async () => {
    const store = sampleArchive();
    add(store, `wal_005/${segment(7)}.lz4`, lz4Like("7"), { lastModified: stamp(7) });
    const facts = await readArchive(store.reader(), OLD, { times: true });
    expect(verifyArchive(facts, { restorer: "person" })).toMatchObject({
      verdict: "restorable-with-loss",
      reader: "wal-e",
      missing: [segment(7)],
    });
    expect(verifyArchive(facts, { restorer: "person", reader: "wal-g" })).toMatchObject({
      verdict: "restorable",
      reader: "wal-g",
      chosenBase: BASE,
      recoveryPoint: { segment: segment(7) },
    });
  });

  it("is judged for the program that wrote the newest base backup", async () => {
    const archive = walgArchive();
    archive.put(`basebackups_005/${BASE}_backup_stop_sentinel.json`, "{}", 1);
    expect((await judge(archive)).reader).toBe("wal-g");
    archive.put(`basebackups_005/${BASE}_backup_stop_sentinel.json`, "{}", 9);
    expect((await judge(archive)).reader).toBe("wal-e");
  });
});

describe("a sentinel of WAL-G", () => {
  it("is read with numbers that JavaScript cannot hold", () => {
    const parsed = parseWalgSentinel(
      walgSentinel(2, { LSN: "18446744073709551000", FinishLSN: "18446744073709551615" }),
    );
    expect(parsed).toMatchObject({ ok: true, sentinel: { systemId: SYSID, finishLsn: 2n ** 64n - 1n } });
  });

  it("keeps the names of its tar files and forgets the list of its files", () => {
    const text = JSON.stringify({ LSN: 1, Files: { "/a": {} }, TarFileSets: { "part_1.tar.lz4": ["/a"] } });
    expect(JSON.parse(withoutFileList(text) ?? "")).toEqual({ LSN: 1, TarFileSets: { "part_1.tar.lz4": [] } });
    expect(withoutFileList("[1]")).toBeUndefined();
  });
});
