/** A test of a backup as gauges. Pure. */
import type { BackupTest } from "./backup-test.js";
import { type Gauge, gaugesText } from "./gauges.js";

export interface Tested {
  readonly test: BackupTest;
  /** ISO 8601: the newest test of this archive that found it good; "" where none did. */
  readonly lastSuccess: string;
}

const PREFIX = "dingo_recover_backup_test_";
const VERDICTS = { good: 1, bad: 0, untested: -1 } as const;

export function metricsOf(tested: Tested): string {
  return gaugesText(gaugesOf(tested), { prefix: PREFIX, labels: { archive: tested.test.archive } });
}

function gaugesOf({ test, lastSuccess }: Tested): readonly Gauge[] {
  const { found } = test;
  const known = (value: number | undefined): number | undefined =>
    value === undefined || value < 0 ? undefined : value;
  const severities = ["note", "warning", "serious"] as const;
  return [
    {
      name: "verdict",
      help: "1: the backup is good; 0: it is bad; -1: it could not be tested.",
      value: VERDICTS[test.verdict],
    },
    { name: "last_run_timestamp_seconds", help: "When the test ended.", value: seconds(test.at) },
    {
      name: "last_success_timestamp_seconds",
      help: "When a test last found the backup good: one that grows old is a test that does not run.",
      value: lastSuccess === "" ? undefined : seconds(lastSuccess),
    },
    {
      name: "base_age_seconds",
      help: "Age of the newest base backup by the store's clock.",
      value: known(found?.base_age_seconds),
    },
    {
      name: "recovery_point_age_seconds",
      help: "Age of the last segment of WAL by the store's clock.",
      value: known(found?.recovery_point_age_seconds),
    },
    { name: "fetched_bytes", help: "Bytes that a restore fetches.", value: known(found?.fetched_bytes) },
    { name: "restore_seconds", help: "Time to fetch and unpack.", value: known(found?.restore_seconds) },
    {
      name: "replay_seconds",
      help: "Time from the start of the server to the end of its recovery.",
      value: known(found?.replay_seconds),
    },
    { name: "rows", help: "Rows that the sanity query returned.", value: known(found?.rows) },
    ...severities.map((severity) => ({
      name: "findings",
      help: "What was found, by its severity.",
      value: found?.findings.filter((each) => each.severity === severity).length,
      labels: { severity },
    })),
  ];
}

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
