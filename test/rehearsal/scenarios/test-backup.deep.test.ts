/** Rehearsed tests of a backup that are killed, and of a bad one. */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupTestOf } from "../../../src/report/backup-test.ts";
import type { RehearsalResult } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, numberOf, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
let undisturbed: RehearsalResult;

beforeAll(async () => {
  rehearsals = new Rehearsals();
  undisturbed = await rehearsals.play({ scenario: scenarioNamed("test-backup") });
}, LONG);
afterAll(() => rehearsals.remove());

const testOf = ({ run }: RehearsalResult) => backupTestOf(rehearsals.entriesOf(run));

describe("a rehearsed test of a backup", () => {
  it(
    "that is killed on its copy goes on, and comes to the same",
    async () => {
      const append = numberOf(rehearsals.entriesOf(undisturbed.run), "step-started", "test") + 1;
      const result = await rehearsals.playKilled(
        { append, when: "before" },
        { scenario: scenarioNamed("test-backup") },
      );
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(readdirSync("/var/tmp").filter((name) => name.endsWith(basename(result.directory)))).toEqual([]);
    },
    LONG,
  );

  it(
    "of an archive that restores nothing ends with 21, which is as it should be",
    async () => {
      const result = await rehearsals.play({ scenario: scenarioNamed("bad-backup") });
      expect([result.exitCode, result.complaints]).toEqual([21, []]);
      expect(testOf(result)).toMatchObject({ verdict: "bad" });
    },
    LONG,
  );
});
