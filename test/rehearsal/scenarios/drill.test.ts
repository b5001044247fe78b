/**
 * A rehearsed drill: the built program, in a box made for it; drill.deep.test.ts kills it, takes it back and cleans up.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import type { RehearsalResult } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, numberOf, outputOf, Rehearsals } from "../rehearsals.ts";

const ONCE = { "broker provision": 2, "broker deprovision": 1, "docker start": 3 } as const;

let rehearsals: Rehearsals;
let undisturbed: RehearsalResult;
let journal: readonly Entry[];

beforeAll(async () => {
  rehearsals = new Rehearsals();
  undisturbed = await rehearsals.play({ scenario: scenarioNamed("drill") });
  journal = rehearsals.entriesOf(undisturbed.run);
}, LONG);

afterAll(() => rehearsals.remove());

describe("a drill", () => {
  it("comes to its end: what it wrote is back, and the neighbours have not noticed", () => {
    expect(undisturbed.complaints).toEqual([]);
    expect(undisturbed.exitCode).toBe(0);
    expect(undisturbed.counts).toMatchObject(ONCE);
    expect(outputOf(journal, "proved")).toMatchObject({ proved: expect.stringContaining("2000 rows") as string });
  });

  it("finds what it has deleted without being told its GUID", () => {
    const started = journal.find((entry) => entry.type === "step-started" && entry.step === "find");
    expect(started).toMatchObject({ input: { instance_guid: "" } });
    expect(outputOf(journal, "find")).toMatchObject({ guid: (outputOf(journal, "lose") as { guid: string }).guid });
  });

  it("has the delete approved by the typed target alone, before anything is deleted", () => {
    const approved = journal.find((entry) => entry.type === "approved" && entry.steps.includes("lose"));
    expect(approved?.seq).toBeLessThan(numberOf(journal, "step-started", "lose"));
    const asked = journal.find((entry) => entry.type === "asked" && entry.step === "lose");
    expect(asked).toMatchObject({ prompt: "Go on with acme/production/drill-db?" });
  });
});
