/** A listing and a few small objects are held against one another. */
import { describe, expect, it } from "vitest";
import { archiveVerify } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { formatLocation, parseLocation } from "../../../src/archive/names/location.ts";
import {
  addBase,
  addHistory,
  addSegments,
  codesOf,
  failedOver,
  judged,
  left,
  packedText,
  planned,
} from "../grown-archive.ts";
import { add, BASE, drop, OLD, sampleArchive, seedArchive, segment, stamp, wholeSegment } from "../sample-archive.ts";

describe("a base backup that starts before its own timeline began", () => {
  /** Timeline 2 began in segment 5. */
  const early = (at: number) => {
    const store = failedOver();
    for (const name of [`basebackups_005/${BASE}_backup_stop_sentinel.json`]) drop(store, name);
    addSegments(store, [4], 2);
    addBase(store, at, { timeline: 2, stored: 8 });
    return store;
  };

  it("cannot be used: PostgreSQL refuses it, as its history shows", async () => {
    const verdict = await judged(early(4));
    expect(verdict.verdict).toBe("not-restorable");
    expect(verdict.baseBackups.map(({ why }) => why).join()).toContain("its timeline 2 began at 0/5000098");
    await expect(planned(early(4))).rejects.toMatchObject({ code: "not-restorable" });
    expect((await judged(early(4), { restorer: "container" })).restorable).toBe(false);
  });

  it("in the very segment goes by the byte, and behind it there is nothing to say", async () => {
    expect((await judged(early(5))).verdict).toBe("not-restorable");
    expect((await judged(early(6))).verdict).toBe("restorable");
  });

  it("cannot be used for a later timeline either", async () => {
    const store = early(4);
    addHistory(store, 3, left(1, "0/5000098") + left(2, "0/8000100"));
    addSegments(store, [8, 9], 3);
    expect((await judged(store)).verdict).toBe("not-restorable");
  });
});

describe("a store whose clock is behind that of the database", () => {
  /** The database was made an hour before; the store calls that two hours later than everything it holds. */
  const slow = () => {
    const sysid = (BigInt(Date.parse(stamp(2)) / 1000 + 7_200) << 32n).toString();
    const store = sampleArchive({ whole: true, sysid });
    const ended = new Date(Date.parse(stamp(2)) + 10_800_000).toISOString().slice(0, 19).replace("T", " ");
    const times = `START WAL LOCATION: 0/2000028 (file ${segment(2)})\nSTART TIME: ${ended} UTC\nSTOP TIME: ${ended} UTC\n`;
    add(store, `wal_005/${segment(2)}.00000028.backup.lzo`, packedText(times));
    return store;
  };

  it.each([undefined, "deep", "full"] as const)("does not make it another's (%s)", async (depth) => {
    const { document } = await archiveVerify({ store: slow(), location: formatLocation(OLD), depth });
    expect([document.verdict, codesOf(document)]).toEqual(["restorable", []]);
  });
});

describe("an archive below an archive", () => {
  it("is named with its date, the younger first", async () => {
    const store = sampleArchive();
    const below = (folder: string) => parseLocation(`${formatLocation(OLD)}/${folder}`);
    seedArchive(store, { at: below("13"), segments: [1, 2, 3, 4, 5, 6, 7] });
    seedArchive(store, { at: below("12"), segments: [1, 2, 3] });
    const verdict = await judged(store);
    expect([verdict.verdict, codesOf(verdict)]).toEqual(["restorable", ["archive-nested", "archive-nested"]]);
    expect(verdict.problems.map(({ key }) => key)).toEqual(["13", "12"]);
    expect(verdict.problems[0]?.message).toContain(
      `a younger archive lies below this one, at "${formatLocation(below("13"))}"`,
    );
    expect(verdict.problems[1]?.message).toContain("an older archive");
  });
});

describe("segments of another cluster", () => {
  const OTHER = "7710592790500450521";

  it("that were written over the last ones are missing, and those behind them that never stood there are not", async () => {
    const store = sampleArchive({ whole: true });
    const whole = async () => (await archiveVerify({ store, location: formatLocation(OLD), depth: "deep" })).document;
    seedForeign(store, [5, 6], stamp(9));
    expect(await whole()).toMatchObject({ missing: [segment(5), segment(6)], recoveryPoint: { segment: segment(4) } });
    seedForeign(store, [5, 6], stamp(1));
    expect(await whole()).toMatchObject({ verdict: "restorable", missing: [], recoveryPoint: { segment: segment(4) } });
    seedForeign(store, [9, 10], stamp(9));
    expect(await whole()).toMatchObject({ verdict: "restorable", missing: [] });
  });

  function seedForeign(
    store: ReturnType<typeof sampleArchive>,
    numbers: readonly number[],
    lastModified: string,
  ): void {
    for (const number of numbers)
      add(store, `wal_005/${segment(number)}.lzo`, wholeSegment(number, OTHER), { lastModified });
  }
});

describe("an archive that is only read", () => {
  it.each(["pg//db1/wal", "/db1/wal", ""])("may lie at %j, and is named so", async (prefix) => {
    const store = sampleArchive({ at: { bucket: OLD.bucket, prefix }, whole: true });
    const location = `s3://${OLD.bucket}/${prefix}`;
    const { document } = await archiveVerify({ store, location, depth: "deep" });
    expect([document.verdict, document.problems, document.location]).toEqual([
      "restorable",
      [],
      location.replace(/\/$/, "/"),
    ]);
  });

  it("is advised by a name that can be given", async () => {
    const store = sampleArchive({ at: { bucket: OLD.bucket, prefix: "pg//db1/wal" } });
    const { document } = await archiveVerify({ store, location: `s3://${OLD.bucket}/pg` });
    expect(document.problems[0]?.message).toContain(`"s3://${OLD.bucket}/pg//db1/wal"`);
  });
});
