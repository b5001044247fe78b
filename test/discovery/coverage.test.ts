/** The answer's words about the time that no source covers, and the source that would hold it. */
import { describe, expect, it } from "vitest";
import type { DiscoveryQuery, SourceReport } from "../../src/discovery/judgement/candidate.ts";
import { coverageGaps } from "../../src/discovery/sources/coverage-gaps.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import { eraF, lager } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
/** Seconds since 1970 of 2016-03-17T06:10:17Z, the beginning of `lager`. */
const START = 1458195017;
const HOUR = 3600;

const linesAt = (...seconds: readonly number[]): string =>
  seconds.map((at) => lager([eraF.saved(1)], "dingo-postgresql-broker", at)).join("");

async function search(files: Readonly<Record<string, string>>, query: DiscoveryQuery = {}, cf?: RecordedCloudFoundry) {
  const logs = { files: memoryLogs(files), patterns: Object.keys(files) };
  const { document, exitCode } = await discover({ sources: { cf, logs, now }, query });
  return { exitCode, whys: document.coverage.filter(({ complete }) => !complete).map(({ why }) => why ?? "") };
}

it("nothing on standard input is not nothing: whatever should have written to it may have failed", async () => {
  const { exitCode, whys } = await search({ "a.log": linesAt(START), "-": "" });
  expect(exitCode).toBe(15);
  expect(whys).toEqual([expect.stringMatching(/^nothing came on standard input/)]);
});

/** A line as Papertrail archives it. */
const archived = (at: string, line: string): string =>
  ["1", at, at, "42", "router", "10.0.0.1", "User", "Info", "broker", line].join("\t");

const around = (offset: number): DiscoveryQuery => ({
  around: new Date((START + offset) * 1000),
  windowMs: HOUR * 1000,
});

describe("the time that was asked for", () => {
  it("lies within the files, so that nothing is nothing", async () => {
    const steps = Array.from({ length: 16 }, (_, index) => START + index * 540);
    expect(await search({ "a.log": linesAt(...steps) }, around(HOUR))).toEqual({ exitCode: 17, whys: [] });
  });

  it.each([
    ["before its machine knew the time", 5, -10 * 365 * 24 * HOUR],
    ["by a clock that goes years ahead", START + 40 * 365 * 24 * HOUR, 12 * HOUR],
  ])("is not covered by a line that was written %s", async (_name, wrong, asked) => {
    const { exitCode, whys } = await search({ "a.log": linesAt(wrong) + linesAt(START, START + 60) }, around(asked));
    expect(exitCode).toBe(15);
    expect(whys.join()).toMatch(/the log files do not reach over/);
  });

  it.each([1, 60, 300, 600])("is %i seconds wide, and lies outside the files however short it is", async (seconds) => {
    const query = { around: new Date("2016-03-10"), windowMs: seconds * 1000 };
    const { exitCode, whys } = await search({ "a.log": linesAt(START) }, query);
    expect(exitCode).toBe(15);
    expect(whys.join()).toMatch(/the log files do not reach over/);
  });

  it("falls between two files: that is said, and it is not nothing", async () => {
    const files = { "a.log": linesAt(START, START + HOUR), "c.log": linesAt(START + 2 * HOUR, START + 4 * HOUR) };
    const { exitCode, whys } = await search(files, around(1.5 * HOUR));
    expect(exitCode).toBe(15);
    expect(whys).toEqual([
      expect.stringMatching(
        /^the log files do not reach over 2016-03-17T07:10:17\.000Z to 2016-03-17T08:10:17\.000Z; .*--cf-events/,
      ),
    ]);
  });

  it("is later than the files: Cloud Foundry's records would hold it", async () => {
    const { exitCode, whys } = await search({ "a.log": linesAt(START) }, around(10 * HOUR));
    expect(exitCode).toBe(15);
    expect(whys.join()).toMatch(/Cloud Foundry's own records would hold it \(--cf-events\)/);
  });

  it("is later than a Papertrail archive: that is not written yet", async () => {
    const { whys } = await search(
      { "2016-03-17.tsv": archived("2016-03-17T06:10:17Z", linesAt(START)) },
      around(17 * HOUR),
    );
    expect(whys.join()).toMatch(/Papertrail writes its archives at night, hourly on large accounts/);
  });

  it("is none in particular: what Papertrail has not archived yet is not nothing", async () => {
    const early = archived("2016-03-17T06:10:17Z", linesAt(START).trimEnd());
    const { exitCode, whys } = await search({ "2016-03-17.tsv": early });
    expect(exitCode).toBe(15);
    expect(whys).toEqual([expect.stringMatching(/2016-03-18T00:00:00\.000Z; Papertrail writes its archives at night/)]);
    const late = archived("2016-03-17T23:55:00Z", "haproxy is well");
    expect((await search({ "2016-03-17.tsv": `${early}\n${late}\n` })).exitCode).toBe(17);
  });

  it("is older than what Cloud Foundry keeps: files or an inventory would hold it", async () => {
    const { exitCode, whys } = await search(
      { "a.log": linesAt(START) },
      around(-40 * 24 * HOUR),
      new RecordedCloudFoundry(),
    );
    expect(exitCode).toBe(15);
    expect(whys.join()).toMatch(
      /31 days, and an older time was asked for: log files of that time, or the file of an inventory/,
    );
    expect(whys.join()).toMatch(/older log files, or the file of an inventory, would hold it/);
  });

  it("cannot be compared with times without year and zone that no line explains", async () => {
    const file = `Mar 17 06:00:00 router haproxy: well\n${linesAt(START, START + HOUR)}Mar 17 08:00:00 router haproxy: well\n`;
    const { exitCode, whys } = await search({ "a.log": file }, around(0.5 * HOUR));
    expect(exitCode).toBe(15);
    expect(whys.join()).toMatch(/neither year nor zone/);
  });
});

describe("a log store that was read in full", () => {
  const report = (complete: boolean): SourceReport => ({
    sightings: [],
    notDeleted: [],
    coverage: [
      { source: "logs", file: "a.log", from: "2016-03-17T06:00:00Z", to: "2016-03-17T07:00:00Z", complete: true },
      { source: "log-store", from: "2016-03-17T06:30:00Z", to: "2016-03-17T12:00:00Z", complete },
    ],
  });
  const window = { from: new Date("2016-03-17T06:10:00Z"), to: new Date("2016-03-17T11:00:00Z") };

  it("fills what the files lack; one that was read in part fills nothing", () => {
    expect(coverageGaps([report(true)], { window, now, cloudFoundry: false })).toEqual([]);
    expect(coverageGaps([report(false)], { window, now, cloudFoundry: false })).toHaveLength(1);
  });
});

describe("all time", () => {
  it("without a day between two files is not nothing; a quiet night is", async () => {
    const day = { "a.log": linesAt(START), "c.log": linesAt(START + 30 * HOUR) };
    const missing = await search(day);
    expect(missing.exitCode).toBe(15);
    expect(missing.whys).toEqual([expect.stringMatching(/^no log file holds a line from 2016-03-17T06:10:17/)]);
    const night = { "a.log": linesAt(START), "c.log": linesAt(START + 9 * HOUR) };
    expect(await search(night)).toEqual({ exitCode: 17, whys: [] });
  });
});
