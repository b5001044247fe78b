/** The loss of a recovery as a range: at least, at most, and none only when that is shown. */
import { describe, expect, it } from "vitest";
import { type LossFacts, lossRange, lossText, shortLossText } from "../../src/archive/loss.ts";
import { fc } from "../properties.ts";

const CLEAN = "the log shows that its server ended in an orderly way";
const FACTS: LossFacts = {
  segments: 0,
  which: "",
  lastTransaction: "2026-11-24T01:24:05.123Z",
  stored: "2026-11-24T01:25:07.183Z",
  deletedAt: "2026-11-24T01:25:08.183Z",
  shown: "",
  readInFull: true,
};

const told = (facts: Partial<LossFacts>): string => lossText(lossRange({ ...FACTS, ...facts }));

describe("a loss", () => {
  it("may be less than the archive shows where the directory of the database is recovered", () => {
    const range = lossRange({ ...FACTS, ownDirectory: true });
    expect(lossText(range)).toContain(
      ", or fewer: the directory that is recovered may hold writes that were never archived;",
    );
    expect(told({})).not.toContain("or fewer");
  });

  it("is bounded by the last transaction that comes back, and never asserted if nothing shows it", () => {
    expect(lossRange(FACTS)).toMatchObject({ atLeast: { segments: 0 }, atMost: { by: "transaction", seconds: 64 } });
    expect(told({})).toBe(
      "up to 64 s of writes may be lost (last transaction 2026-11-24T01:24:05.123Z, deleted 2026-11-24T01:25:08.183Z); no archived segment is lost",
    );
  });

  it("of no segment is told as none that is missing while their content was not read", () => {
    expect(told({ readInFull: false })).toMatch(/; no archived segment is missing$/);
    expect(told({ readInFull: false, segments: 2 })).not.toContain("no archived");
  });

  it("is none if an orderly end is shown", () => {
    expect(told({ shown: CLEAN })).toBe(`nothing is lost: ${CLEAN}`);
    expect(shortLossText(lossRange({ ...FACTS, shown: CLEAN }))).toBe("nothing is lost");
  });

  it("is never none if the archive has a gap, whatever was shown of the end", () => {
    const gap = { shown: CLEAN, segments: 3, which: "1 missing, 2 unreachable" };
    expect(lossRange({ ...FACTS, ...gap }).shown).toBe("");
    expect(told(gap)).toMatch(
      /^3 segments \(1 missing, 2 unreachable\) are lost; with them, up to 64 s of writes may be lost \(/,
    );
    expect(told(gap)).not.toContain("no archived segment");
  });

  it("is told by the last segment where no transaction could be read in it, without a length of time", () => {
    expect(told({ lastTransaction: "" })).toBe(
      "the recovered data end at 2026-11-24T01:25:07.183Z or earlier, 1 s before the deletion at 2026-11-24T01:25:08.183Z; later writes may be lost; no archived segment is lost",
    );
    expect(told({ lastTransaction: "", deletedAt: "" })).toContain(
      "the recovered data end at 2026-11-24T01:25:07.183Z or earlier; later writes may be lost;",
    );
    expect(told({ lastTransaction: "", segments: 2, which: "2 missing" })).toBe(
      "2 segments (2 missing) are lost: the recovered data end at 2026-11-24T01:25:07.183Z or earlier, 1 s before the deletion at 2026-11-24T01:25:08.183Z; later writes may be lost",
    );
    expect(told({ lastTransaction: "", deletedAt: "2026-11-24T01:20:00Z" })).toContain(
      "or earlier (deleted 2026-11-24T01:20:00Z);",
    );
    expect(told({ lastTransaction: "", stored: "" })).toBe(
      "all writes after the recovery point may be lost; no archived segment is lost",
    );
  });

  it("names the moment in the short form too, and promises no end of a directory's data", () => {
    const range = lossRange({ ...FACTS, lastTransaction: "" });
    expect(shortLossText(range)).toBe(
      "the recovered data end at 2026-11-24T01:25:07.183Z or earlier; later writes may be lost",
    );
    expect(shortLossText({ ...range, ownDirectory: true })).toMatch(/^the archived data end at /);
  });

  it("has no length if the end is not known, or lies before the last transaction", () => {
    expect(told({ deletedAt: "" })).toContain(
      "all writes after the last transaction may be lost (last transaction 2026-11-24T01:24:05.123Z);",
    );
    expect(lossRange({ ...FACTS, deletedAt: "2026-11-24T01:20:00Z" }).atMost?.seconds).toBeNull();
  });

  it("is bounded by no time when the transaction is later than the deletion, by two clocks", () => {
    expect(told({ deletedAt: "2026-11-24T01:24:04Z" })).toContain("all writes after the last transaction may be lost");
  });

  it("is rounded up, in minutes if it is long", () => {
    expect(told({ deletedAt: "2026-11-24T01:26:04.124Z" })).toContain("up to 2 min of writes");
    expect(told({ deletedAt: "2026-11-24T02:24:06Z" })).toContain("up to 61 min of writes");
  });

  it("is said to be nothing in no other case, and the range never leaves out what was written", () => {
    const time = fc
      .integer({ min: 0, max: 400_000_000 })
      .map((ms) => new Date(Date.UTC(2026, 10, 24) + ms).toISOString());
    const maybe = fc.oneof(fc.constant(""), time);
    fc.assert(
      fc.property(maybe, maybe, maybe, fc.nat(5), (lastTransaction, stored, deletedAt, segments) => {
        const range = lossRange({
          segments,
          which: "",
          lastTransaction,
          stored,
          deletedAt,
          shown: "",
          readInFull: true,
        });
        for (const text of [lossText(range), shortLossText(range)]) expect(text).not.toMatch(/nothing is lost/);
        const seconds = range.atMost?.seconds;
        if (typeof seconds !== "number" || range.atMost === null) return;
        expect(Date.parse(range.atMost.since) + seconds * 1000).toBeGreaterThanOrEqual(Date.parse(deletedAt));
      }),
    );
  });
});
