/** Tests of backups as their journals tell them: for Prometheus. */
import { describe, expect, it } from "vitest";
import type { Conclusion } from "../../src/report/backup-conclusion.js";
import type { BackupTest } from "../../src/report/backup-test.js";
import { metricsOf } from "../../src/report/backup-metrics.js";

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
