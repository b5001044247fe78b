import { describe, expect, it } from "vitest";
import { readRestoreLog } from "../../../src/foundation/actions/recovery/restore-lines.ts";

const HEALTHY = [
  "78218d-patroni> INFO: trying to bootstrap (without leader)",
  "78218d-patroni> MSG: complete wal restore",
  'LOG:  restored log file "000000010000000000000002" from archive',
  'LOG:  restored log file "000000010000000000000003" from archive',
  "FATAL:  the database system is starting up",
  "INFO: promoted self to leader by acquiring session lock",
  "LOG:  redo done at 0/3000358",
  "LOG:  last completed transaction was at log time 2026-11-21 11:57:53.190195+00",
  'LOG:  restored log file "000000010000000000000003" from archive',
  "LOG:  selected new timeline ID: 2",
  "LOG:  archive recovery complete",
];

describe("what a restoring container says", () => {
  it("counts each restored segment once, though the last is restored twice", () => {
    expect(readRestoreLog(HEALTHY).restored).toEqual(["000000010000000000000002", "000000010000000000000003"]);
  });

  it("takes PostgreSQL's last transaction as the recovery point, in UTC", () => {
    expect(readRestoreLog(HEALTHY).lastTransaction).toBe("2026-11-21T11:57:53.190Z");
    const elsewhere = readRestoreLog(["LOG:  last completed transaction was at log time 2026-11-21 04:57:53+05:30"]);
    expect(elsewhere.lastTransaction).toBe("2026-11-20T23:27:53.000Z");
  });

  it("explains no failure of a healthy restore", () => {
    expect(readRestoreLog(HEALTHY).failure).toBeUndefined();
  });

  it("hears nobody who speaks through the database: a client's statement is no line of the server", () => {
    const spoken = "CRITICAL: system ID mismatch, node x belongs to a different cluster: 77 != 88";
    const lines = [
      `78218d-patroni> STATEMENT:  select '${spoken}'`,
      `78218d-patroni> \t${spoken}`,
      `ERROR:  ${spoken}`,
    ];
    expect(readRestoreLog([...HEALTHY, ...lines]).failure).toBeUndefined();
  });

  it("does not count wal-e's own claims of success", () => {
    expect(
      readRestoreLog([
        "MSG: complete wal restore",
        "STRUCTURED: action=wal-fetch seg=000000010000000000000009 state=complete",
      ]).restored,
    ).toEqual([]);
  });

  it.each([
    "CRITICAL: system ID mismatch, node 52167ceb belongs to a different cluster: 77 != 88",
    "INFO: initialized a new cluster",
    "FATAL:  WAL ends before end of online backup",
    'postgres: could not access the server configuration file "/data/postgres0/postgresql.conf": No such file or directory',
  ])("sees that a restore has gone wrong: %s", (line) => {
    expect(readRestoreLog([...HEALTHY, line]).failure).toBe(line);
  });
});
