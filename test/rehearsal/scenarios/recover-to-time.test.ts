/** A rehearsed recovery to a time: the built program in a box, and a simulated PostgreSQL on this machine. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import type { RehearsalResult } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, outputOf, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
let undisturbed: RehearsalResult;
let journal: readonly Entry[];

beforeAll(async () => {
  rehearsals = new Rehearsals();
  undisturbed = await rehearsals.play({ scenario: scenarioNamed("recover-to-time") });
  journal = rehearsals.entriesOf(undisturbed.run);
}, LONG);
afterAll(() => rehearsals.remove());

const laptopOf = ({ directory }: RehearsalResult): string => `/var/tmp/dingo-recover-${basename(directory)}`;

describe("a rehearsed recovery to a time", () => {
  it("brings the dropped table back, and leaves nothing on this machine", () => {
    expect(undisturbed.complaints).toEqual([]);
    expect(undisturbed.exitCode).toBe(0);
    expect(outputOf(journal, "prove")).toMatchObject({ tables: [{ schema: "public", table: "coupons", rows: 12 }] });
    expect(existsSync(laptopOf(undisturbed))).toBe(false);
  });

  it("stops the copy right before the drop", () => {
    expect(outputOf(journal, "recover")).toMatchObject({
      last_transaction: expect.stringMatching(/^2026-11-21T02:23:22/) as string,
      stopped_before: expect.stringMatching(/^2026-11-21T02:23:52/) as string,
    });
  });
});
