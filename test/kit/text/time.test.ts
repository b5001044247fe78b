import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { parseDuration, parseTime } from "../../../src/kit/text/time.ts";

const now = new Date("2026-11-21T14:00:00Z");
const read = (text: string) => {
  const { at, bare } = parseTime(text, now);
  return [at.toISOString(), bare];
};

describe("a time", () => {
  it.each([
    ["40m ago", "2026-11-21T13:20:00.000Z", false],
    ["1h30m ago", "2026-11-21T12:30:00.000Z", false],
    ["2 d ago", "2026-11-19T14:00:00.000Z", false],
    ["now", "2026-11-21T14:00:00.000Z", false],
    ["2016-03-17T06:10:17.896Z", "2016-03-17T06:10:17.896Z", false],
    ["2016-03-17T06:10:17.896692991Z", "2016-03-17T06:10:17.896Z", false],
    ["2016-03-17 06:10 +01:00", "2016-03-17T05:10:00.000Z", false],
    ["2016-03-16T23:10:17-0700", "2016-03-17T06:10:17.000Z", false],
    ["2016-03-17 06:10 UTC", "2016-03-17T06:10:00.000Z", false],
    ["2016-07-01 12:00 America/Los_Angeles", "2016-07-01T19:00:00.000Z", false],
    ["2016-01-01 12:00 America/Los_Angeles", "2016-01-01T20:00:00.000Z", false],
    ["2016-03-17 06:10", "2016-03-17T06:10:00.000Z", true],
    ["2016-03-17", "2016-03-17T00:00:00.000Z", true],
    ["13:05", "2026-11-21T13:05:00.000Z", true],
    ["9:05", "2026-11-21T09:05:00.000Z", true],
    ["23:05", "2026-11-20T23:05:00.000Z", true],
  ])("is read from %s", (text, at, bare) => {
    expect(read(text)).toEqual([at, bare]);
  });

  it("that is bare is echoed as it was understood, in UTC", () => {
    expect(parseTime("2016-03-17 06:10", now)).toMatchObject({ text: "2016-03-17T06:10:00Z", bare: true });
  });

  it.each([
    "",
    "yesterday",
    `40m${" ".repeat(10_000)}ago`,
    "2016-02-30",
    "2016-13-01",
    "25:00",
    "2016-03-17 06:10 PST",
    "2016-03-17 06:10 Mars/Base",
    "-5m ago",
    "ago",
    "5 ago",
  ])("is refused in %j", (text) => {
    expect(() => parseTime(text, now)).toThrow(expect.objectContaining({ code: "usage" }) as Error);
  });

  it("never throws anything but a usage error", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        try {
          expect(Number.isNaN(parseTime(text, now).at.getTime())).toBe(false);
        } catch (error) {
          expect(error).toMatchObject({ code: "usage" });
        }
      }),
    );
  });
});

describe("a duration", () => {
  it.each([
    ["90s", 90_000],
    ["40m", 2_400_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["2d", 172_800_000],
    ["1w", 604_800_000],
    ["500ms", 500],
  ])("is read from %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "5", "0s", "h", "-1h", "1y", "99999999999999d"])("is refused in %j", (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: "usage" }) as Error);
  });
});

describe("a time that is pasted", () => {
  const at = "2026-11-20T16:00:00Z";
  const now = new Date("2026-11-21T14:00:00Z");

  it.each([
    ["Nov 20, 2026 @ 16:00:00.000", "Kibana"],
    ["November 20th 2026, 16:00:00.000", "Kibana 6"],
    ["2026-11-20 16:00:00.000", "Grafana"],
    ["1795190400", "an epoch"],
    ["1795190400.000000000", "lager's"],
    ["1795190400000", "in milliseconds"],
    ["1795190400000000000", "Loki's, in nanoseconds"],
    ["November 20, 2026 at 16:00 (UTC)", "CloudWatch"],
    ["November 20, 2026, 17:00 (UTC+01:00)", "CloudWatch with a zone"],
    ["2026/11/20 16:00:00", "Go's log"],
    ["20.11.2026 16:00", "German"],
    ["20.11.2026, 17:00 +01:00", "German with a zone"],
    ["20/11/2026 16:00", "the day cannot be a month"],
    ["11/20/2026 4:00:00 PM", "the month cannot be the second"],
    ["20/Nov/2026:16:00:00 +0000", "an access log"],
    ["Fri, 20 Nov 2026 16:00:00 GMT", "a mail"],
    ["Nov 20 16:00:00", "syslog"],
  ])("%s is read: %s", (text) => {
    expect(parseTime(text, now).at.toISOString()).toBe(new Date(at).toISOString());
  });

  it("is echoed if it names no zone", () => {
    expect(parseTime("20.11.2026 16:00", now)).toMatchObject({ bare: true, text: at });
    expect(parseTime("1795190400", now)).toMatchObject({ bare: false });
  });

  it("is of last year if it names none and would lie ahead", () => {
    expect(parseTime("Dec 24 16:00:00", now).text).toBe("2025-12-24T16:00:00Z");
  });

  it("with two readings is asked about, with both", () => {
    expect(() => parseTime("11/12/2026 16:00", now)).toThrow(
      /2026-12-11T16:00:00Z with its day first, and 2026-11-12T16:00:00Z with its month first/,
    );
    expect(parseTime("11/11/2026 16:00", now).text).toBe("2026-11-11T16:00:00Z");
  });

  it.each(["2026-11-20 16:00 +25:00", "2026-11-20 16:00 -13:00", "2026-11-20 16:00 +01:60", "20.11.2026 16:00 AM"])(
    "%s holds what no clock has, and is none",
    (text) => expect(() => parseTime(text, now)).toThrow(/is not a time/),
  );

  it("reads the outermost zones", () => {
    expect(parseTime("2026-11-20 16:00 +14:00", now).text).toBe("2026-11-20T02:00:00Z");
    expect(parseTime("2026-11-20 16:00 -12:00", now).text).toBe("2026-11-21T04:00:00Z");
  });

  it.each(["31.02.2026 16:00", "Foo 20 2026 16:00", "20.11.2026 what", "13/13/2026", "12345", "25/Nov/2026:99:00:00"])(
    "%s is none",
    (text) => expect(() => parseTime(text, now)).toThrow(/is not a time/),
  );
});
