import { utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

it("a rehearsal is told by the clock of the machine, and its own clock is named", async () => {
  const now = (): Date => new Date("2026-11-21T15:00:00Z");
  const directory = new StateDirectory({ path: place.state, secrets: new Secrets(), now });
  const { run, journal } = directory.create();
  await journal.append({
    ...{ type: "run-started", runbook: "r", runbookVersion: "1", runbookSha256: "0".repeat(64), rehearsal: true },
    ...{ runbookText: { name: "runbook", sha256: "0".repeat(64), bytes: 1 }, inputs: {} },
    ...{ operator: "ann", host: "here", toolVersion: "1" },
  });
  await journal.close();
  const worked = new Date("2030-01-02T03:04:05Z");
  utimesSync(join(place.state, "runs", run, "journal.jsonl"), worked, worked);
  const told = (await place.run(["status", run])).stdout.replaceAll(/\s+/gu, " ");
  expect(told).toMatch(/last at work 2030-01-02 03:04:05Z[^,]*, by the clock of this machine By the rehearsal's/u);
  expect(told).toContain("own clock: begun 2026-11-21 15:00:00Z");
  expect((await place.run(["runs"])).stdout).toContain("2030-01-02 03:04Z");
});
