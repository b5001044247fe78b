/** Rehearsals with a real PostgreSQL that are refused before they begin; real-database.deep.test.ts plays one. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Place } from "../../cli/program.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("a rehearsal with a real database", () => {
  it("says before it begins that there is no PostgreSQL to start", async () => {
    const { code, stderr, stdout } = await place.run(["rehearse", "--real-database", "--postgres-bin", "/nonexistent"]);
    expect([code, stdout]).toEqual([15, ""]);
    expect(stderr).toContain('there is no program "postgres" in /nonexistent');
  });

  it("takes no PostgreSQL of another release", async () => {
    // Root lends it to an account that has to reach it.
    const bin = mkdtempSync("/var/tmp/postgres-of-another-release-");
    chmodSync(bin, 0o755);
    writeFileSync(join(bin, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.14'\n", { mode: 0o755 });
    const { code, stderr } = await place.run(["rehearse", "--real-database", "--postgres-bin", bin]);
    rmSync(bin, { recursive: true });
    expect(code).toBe(16);
    expect(stderr).toMatch(/the archive is of PostgreSQL 11, and\s[^]*is\s+15\.14/);
  });

  it("is offered for the scenarios that have one", async () => {
    const { code, stderr } = await place.run(["rehearse", "wal-gap", "--real-database"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/"wal-gap" has no real database\n.*Rehearse happy-last-era/);
  });
});
