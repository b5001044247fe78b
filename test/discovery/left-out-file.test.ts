import { describe, expect, it } from "vitest";
import { scanLogFiles } from "../../src/discovery/sources/log-scan.ts";
import type { LogFiles, SearchTotals } from "../../src/ports/log-files.ts";

const NAKED = "Mar 14 01:00:00 10.10.5.2 vcap.gorouter:  GET /\n".repeat(40);
const TELLING =
  "Mar 14 01:00:01 10.10.5.9 docker/cf-1:          STRUCTURED: time=2016-03-14T09:00:01.123456-00 pid=1 action=push-wal\n";
const file = { path: "a.log.2.gz", modifiedAt: new Date("2026-11-22T00:00:00Z") };
const window = { from: new Date("2016-03-15T00:00:00Z"), to: new Date("2016-03-15T02:00:00Z") };

/** Leaves the file out, as one whose first lines are later than the window. */
function leavingOut(head: string, tail = ""): LogFiles {
  const totals: SearchTotals = { head: Buffer.from(head), tail: Buffer.from(tail), cutLines: [], skipped: true };
  return {
    configured: [],
    open: () => Promise.resolve({ files: [file], unreadable: [] }),
    search: () => Promise.resolve([totals]),
    hasLineIn: () => undefined,
  };
}

describe("a file that is left out", () => {
  it("is dated by whichever of its first lines tells its clock", async () => {
    const [findings] = await scanLogFiles(leavingOut(NAKED + TELLING), [file], { window });
    expect(findings).toMatchObject({ zones: ["-08:00"], guessed: false, from: { text: "2016-03-14T09:00:00.000Z" } });
  });

  it("is dated by whichever of its last lines tells its clock, also by one that comes before the last few", async () => {
    const [findings] = await scanLogFiles(leavingOut(NAKED, TELLING + NAKED), [file], { window });
    expect(findings).toMatchObject({ zones: ["-08:00"], guessed: false, from: { text: "2016-03-14T09:00:00.000Z" } });
  });

  it("is dated by its own date, and says so, if none does", async () => {
    const [findings] = await scanLogFiles(leavingOut(NAKED), [file], { window });
    expect(findings).toMatchObject({ zones: [], guessed: true });
  });
});
