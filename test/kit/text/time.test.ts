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
