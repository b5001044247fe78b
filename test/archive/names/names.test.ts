import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { exactJson } from "../../../src/archive/names/exact-json.ts";
import { classify } from "../../../src/archive/names/layout.ts";
import { firstByte, segmentNumberAt } from "../../../src/archive/names/lsn.ts";
import {
  endLsn,
  nextSegment,
  parseSegment,
  segmentBytesOf,
  segmentLsn,
  segmentName,
} from "../../../src/archive/names/segment.ts";
import { holesIn, numbersIn, Runs, sizeOf, type Span, without } from "../../../src/archive/names/spans.ts";
import { initdbTime, parseSysid } from "../../../src/archive/names/sysid.ts";

describe("segment names", () => {
  it("go from FF of one log to 00 of the next", () => {
    const last = parseSegment("0000000100000002000000FF");
    expect(last).toEqual({ timeline: 1, number: 0x2ff });
    expect(segmentName(nextSegment({ timeline: 1, number: 0x2ff }))).toBe("000000010000000300000000");
  });

  it("give the LSN of their first and last byte", () => {
    expect(segmentLsn({ timeline: 1, number: 7 })).toBe("0/7000000");
    expect(segmentLsn({ timeline: 1, number: 0 })).toBe("0/0");
    expect(endLsn({ timeline: 1, number: 0x2ff })).toBe("3/0");
  });

  it("are read back as written", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.integer({ min: 0, max: 2 ** 40 - 1 }),
        (timeline, number) => {
          expect(parseSegment(segmentName({ timeline, number }))).toEqual({ timeline, number });
        },
      ),
    );
  });

  it.each([
    "",
    "00000001000000000000000a",
    "000000010000000000000100",
    "000000000000000000000001",
    "0000000100000000000000011",
  ])("are not %j", (name) => expect(parseSegment(name)).toBeUndefined());
});

describe("keys of an archive", () => {
  const name = "base_000000010000000000000002_00000040";

  it("of a base backup carry the offset in decimal, those of its history in hex", () => {
    expect(classify(`basebackups_005/${name}_backup_stop_sentinel.json`)).toMatchObject({
      kind: "sentinel",
      base: { name, start: { timeline: 1, number: 2 }, offset: 40 },
    });
    expect(classify("wal_005/000000010000000000000002.00000028.backup.lzo")).toMatchObject({
      kind: "backup-history",
      offset: 40,
    });
  });

  it.each([
    [`basebackups_005/${name}/tar_partitions/part_00000012.tar.lzo`, { kind: "part", index: 12 }],
    [`basebackups_005/${name}/extended_version.txt`, { kind: "extended-version" }],
    ["wal_005/0000000A.history.lzo", { kind: "timeline-history", timeline: 10 }],
    ["wal_005/000000010000000000000002.partial.lzo", { kind: "partial-segment" }],
    ["wal_005/000000010000000000000002.lzo", { kind: "segment" }],
    ["sysids/sysid", { kind: "sysid" }],
    ["sysids/sysid2", { kind: "unknown" }],
    ["", { kind: "unknown" }],
    ["wal_005/", { kind: "unknown" }],
    ["wal_005/../sysids/sysid", { kind: "unknown" }],
    ["wal_005/000000010000000000000002.lzo\n", { kind: "unknown" }],
    ["basebackups_005/base_000000010000000000000002_0000002A/x", { kind: "unknown" }],
  ])("%j", (key, kind) => expect(classify(key)).toMatchObject(kind));
});

describe("a system identifier", () => {
  it("is text, with the time of initdb in its upper half", () => {
    expect(parseSysid("6262740190985621594\n")).toBe("6262740190985621594");
    expect(initdbTime("6262740190985621594").toISOString()).toBe("2016-03-16T19:50:29.000Z");
  });

  it("is nothing else", () => {
    for (const text of ["", "\n", "123456789\n", "0x12345678901", "1234567890\n\n", "18446744073709551616"]) {
      expect(parseSysid(text)).toBeUndefined();
    }
  });
});

function runsOf(numbers: readonly number[]): readonly Span[] {
  const runs = new Runs();
  for (const number of numbers) runs.add(number);
  return runs.spans();
}

describe("spans", () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });

  it("and the holes between them make up the whole range", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (some, from, to) => {
        const spans = runsOf(some);
        const holes = numbersIn(holesIn(spans, from, to), 100);
        const expected = Array.from({ length: 61 }, (_, n) => n).filter(
          (n) => n >= from && n <= to && !some.includes(n),
        );
        expect(holes).toEqual(expected);
        expect(sizeOf(spans)).toBe(new Set(some).size);
      }),
    );
  });

  it("lose the numbers of others, in any order", () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const left = numbersIn(without(runsOf(some), runsOf(others)), 100);
        expect(left).toEqual([...new Set(some)].filter((n) => !others.includes(n)).sort((a, b) => a - b));
      }),
    );
  });

  it("take one place for numbers that follow each other", () => {
    expect(runsOf(Array.from({ length: 1000 }, (_, n) => n))).toEqual([{ first: 0, last: 999 }]);
  });
});

describe("segments of another size", () => {
  it.each([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30])("of 2^%d bytes have names without a hole", (power) => {
    const bytes = 2 ** power;
    const inLog = 2 ** (32 - power);
    const lastOfLog = `0000000100000000${(inLog - 1).toString(16).toUpperCase().padStart(8, "0")}`;
    const segment = parseSegment(lastOfLog, bytes);
    if (segment === undefined) throw new Error("it fits no such segments");
    expect(segmentBytesOf(segment.number)).toBe(bytes);
    expect(segmentName(segment)).toBe(lastOfLog);
    expect(segmentName(nextSegment(segment))).toBe("000000010000000100000000");
    expect([endLsn(segment), firstByte(nextSegment(segment))]).toEqual(["1/0", 2n ** 32n]);
    expect(segmentNumberAt(2n ** 32n - 1n, bytes)).toBe(segment.number);
    expect(parseSegment(`0000000100000000${inLog.toString(16).toUpperCase().padStart(8, "0")}`, bytes)).toBeUndefined();
  });
});

describe("JSON with long numbers", () => {
  it("keeps their digits, and leaves those within a text alone", () => {
    expect(exactJson(String.raw`{"LSN":18446744073709551615,"a":"\"1234567890123456","b":1e20}`)).toEqual({
      LSN: "18446744073709551615",
      a: '"1234567890123456',
      b: 1e20,
    });
  });

  it("is given up at once when texts without an end begin everywhere in it", () => {
    expect(exactJson(`{${String.raw`\"`.repeat(35_000)}`)).toBeUndefined();
  });

  it("is given up without a crash when a text is longer than a pattern can go through", () => {
    const long = JSON.stringify({ a: "a".repeat(10_000_000), b: 1234567890123456 });
    expect(() => exactJson(long)).not.toThrow();
  });
});
