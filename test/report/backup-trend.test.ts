/** Tests of backups as their journals tell them: for Prometheus, as a table and as a picture. */
import { describe, expect, it } from "vitest";
import type { Conclusion } from "../../src/report/backup-conclusion.js";
import type { BackupTest } from "../../src/report/backup-test.js";
import { metricsOf } from "../../src/report/backup-metrics.js";
import { trendLines, trendsOf, trendSvg } from "../../src/report/backup-trend.js";

const ARCHIVE = 's3://our-"backups"/pg/wal';
const FOUND: Conclusion = {
  verdict: "good",
  ...{ archive: ARCHIVE, base: "base_1", base_age_seconds: 7300, recovery_point_age_seconds: -1 },
  ...{ fetched_bytes: 5000, restore_seconds: 12.5, replay_seconds: 200, rows: 6, findings: [] },
};
const GOOD: BackupTest = {
  ...{
    run: "20261121-030000-aaaa",
    rehearsal: false,
    at: "2026-11-21T03:04:00.000Z",
    archive: ARCHIVE,
    verdict: "good",
    why: "",
  },
  found: FOUND,
};
const serious = { code: "wal-gap", severity: "serious", message: "a gap", cause: "" } as const;
const BAD: BackupTest = {
  ...GOOD,
  ...{ run: "20261122-030000-bbbb", at: "2026-11-22T03:04:00.000Z", verdict: "bad" },
  found: { ...FOUND, verdict: "bad", findings: [serious, { ...serious, code: "in-clear", severity: "note" }] },
};
const { found: _, ...rest } = GOOD;
const UNTESTED: BackupTest = {
  ...rest,
  ...{ run: "20261123-030000-cccc", at: "2026-11-23T03:00:01.000Z", verdict: "untested", why: 'no "postgres" <here>' },
};

describe("the metrics of a test", () => {
  it("name each gauge once, with the archive as a label, and leave out what is not known", () => {
    const text = metricsOf({ test: GOOD, lastSuccess: GOOD.at });
    expect(text).toContain('dingo_recover_backup_test_verdict{archive="s3://our-\\"backups\\"/pg/wal"} 1\n');
    expect(text).toContain(
      `dingo_recover_backup_test_last_success_timestamp_seconds{archive="s3://our-\\"backups\\"/pg/wal"} ${Date.parse(GOOD.at) / 1000}\n`,
    );
    expect(text).toMatch(/_restore_seconds\{.*\} 12\.5\n/);
    expect(text).not.toContain("recovery_point_age_seconds");
    expect(text.match(/# TYPE dingo_recover_backup_test_findings gauge/g)).toHaveLength(1);
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+\{.+\} -?\d+(?:\.\d+)?)$/);
  });

  it("keep the stamp of the last success where a test fails, and have none where none succeeded", () => {
    expect(metricsOf({ test: BAD, lastSuccess: GOOD.at })).toMatch(/_last_success_timestamp_seconds\{.*\} \d+\n/);
    expect(metricsOf({ test: BAD, lastSuccess: GOOD.at })).toMatch(/severity="serious"\} 1\n/);
    const never = metricsOf({ test: UNTESTED, lastSuccess: "" });
    expect(never).not.toContain("last_success");
    expect(never).toMatch(/_verdict\{.*\} -1\n/);
  });
});

describe("the trend of tests", () => {
  const [trend] = trendsOf([UNTESTED, GOOD, BAD]);
  if (trend === undefined) throw new Error("there is no trend");

  it("has a line for each test, oldest first, and the last that found the backup good", () => {
    expect(trendLines(trend)).toEqual([
      ARCHIVE,
      "last found good: 2026-11-21 03:04Z",
      "tested             verdict   base age  restore  replay  rows  what was found",
      "2026-11-21 03:04Z  good      2.0 h     12.5 s   3 min   6",
      "2026-11-22 03:04Z  bad       2.0 h     12.5 s   3 min   6     wal-gap",
      '2026-11-23 03:00Z  untested  -         -        -       -     no "postgres" <here>',
    ]);
  });

  it("is a picture of its own, with its text escaped, and with a mark for each test that is not good", () => {
    const svg = trendSvg(trend);
    expect(svg).toContain("&quot;backups&quot;");
    expect(svg).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(svg.match(/class="restore"/g)).toHaveLength(3);
    expect([svg.match(/class="bad"/g)?.length, svg.match(/class="untested"/g)?.length]).toEqual([1, 1]);
  });

  it.each([2, 3, 8, 60])("has the last of %i dates under its bar, and whole", (count) => {
    const tests = Array.from({ length: count }, (_, at) => ({ ...GOOD, run: `run-${String(at).padStart(3, "0")}` }));
    const [many] = trendsOf(tests);
    if (many === undefined) throw new Error("there is no trend");
    const dates = [...trendSvg(many).matchAll(/class="faint( end)?" x="(\d+)" y="268"/g)];
    const [, end, x = ""] = dates[1] ?? [];
    const bars = [...trendSvg(many).matchAll(/class="restore" x="([\d.]+)"/g)].map(([, at]) => Number(at));
    expect(dates).toHaveLength(2);
    expect(end === undefined ? Number(x) + 130 : Number(x)).toBeLessThan(960);
    expect(Math.abs(Number(x) - Math.max(...bars))).toBeLessThan(end === undefined ? 1 : 130);
  });

  it("is apart for each archive", () => {
    const other = { ...GOOD, archive: "s3://another/pg" };
    expect(trendsOf([GOOD, other]).map(({ archive, tests }) => [archive, tests.length])).toEqual([
      ["s3://another/pg", 1],
      [ARCHIVE, 1],
    ]);
  });
});
