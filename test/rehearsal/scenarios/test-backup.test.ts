/** A rehearsed test of a backup: the built program in a box, and a simulated PostgreSQL on this machine. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupTestOf } from "../../../src/report/backup-test.ts";
import type { RehearsalResult } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
let undisturbed: RehearsalResult;

beforeAll(async () => {
  rehearsals = new Rehearsals();
  undisturbed = await rehearsals.play({ scenario: scenarioNamed("test-backup") });
}, LONG);
afterAll(() => rehearsals.remove());

const testOf = ({ run }: RehearsalResult) => backupTestOf(rehearsals.entriesOf(run));
const laptopOf = ({ directory }: RehearsalResult): string => `/var/tmp/dingo-recover-${basename(directory)}`;

describe("a rehearsed test of a backup", () => {
  it("restores it, asks it, calls it good, and leaves nothing on this machine", () => {
    expect([undisturbed.exitCode, undisturbed.complaints]).toEqual([0, []]);
    expect(testOf(undisturbed)).toMatchObject({ verdict: "good", rehearsal: true, found: { rows: 1 } });
    expect(existsSync(laptopOf(undisturbed))).toBe(false);
  });
});
