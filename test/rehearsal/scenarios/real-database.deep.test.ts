/** A rehearsal that ends with a real PostgreSQL: the package of its binaries is a development dependency on Linux. */
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packagedBinaries } from "../../../src/rehearsal/postgres/binaries.ts";
import { Place } from "../../cli/program.ts";

const LONG = 600_000;
/** 0 if the scenario's recovery and its database were as they should. */
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
});
