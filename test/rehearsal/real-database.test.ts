/** A rehearsal that ends with a real PostgreSQL: the package of its binaries is a development dependency on Linux. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packagedBinaries } from "../../src/rehearsal/postgres/binaries.js";
import { Place } from "../cli/program.js";

const LONG = 600_000;
/** 0 where the scenario's recovery and its database were as they should. */
const WELL = 0;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const left = (): readonly string[] =>
  readdirSync("/var/tmp").filter((name) => name.startsWith("dingo-recover-rehearsal-"));

describe("a rehearsal with a real database", () => {
  it.runIf(process.platform === "linux" && process.arch === "x64")(
    "restores the archive by the own reader, starts a real PostgreSQL on it, and shows as many rows as came back",
    async () => {
      expect(packagedBinaries()).toBeDefined();
      const before = left();
      const { code, stdout, stderr } = await place.run(["rehearse", "--real-database", "--pace", "max"]);
      expect(stdout + stderr).not.toContain("NOT WELL");
      expect(code).toBe(WELL);
      expect(stdout).toMatch(/restored by dingo-recover itself: base_000000010000000000000002_00000040/);
      expect(stdout).toMatch(/PostgreSQL 11\.22 has recovered it/);
      expect(stdout).toMatch(/SELECT count\(\*\) FROM orders: 125\n +125 {2}item-125 {2}2026-11-21 /);
      // Another test's may be among them, which is removed as well: only of ours nobody would.
      const more = left().filter((name) => !before.includes(name));
      await vi.waitUntil(() => !left().some((name) => more.includes(name)), { timeout: 400_000, interval: 200 });
    },
    LONG,
  );

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
