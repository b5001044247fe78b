/** Every incident of dingo.md §8, played on the built program. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FURTHER, INCIDENTS, REMAINS } from "../../../src/rehearsal/scenarios/incidents.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { Rehearsals } from "../rehearsals.ts";

/** The longest is a batch of five recoveries, beside others. */
const LONG = 1_200_000;
/** The published page itself, number 20, is followed on real parts: test/real/page-loops.deep.test.ts. */
const ON_REAL_PARTS = 20;
const ROWS = 35;

let rehearsals: Rehearsals;
let right = 0;
/** Of everything that the box complained about. */
const told = { leaked: 0, sourceWrites: 0 };
beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => {
  rehearsals.remove();
  console.log(`incidents right ${right} of ${ROWS - 1}`);
  console.log(`${told.leaked} secrets leaked, ${told.sourceWrites} source-archive writes`);
});

describe("the incidents", () => {
  it("are thirty-four, each with a scenario, and one on real parts", () => {
    const rows = Array.from({ length: ROWS }, (_, index) => index + 1).filter((row) => row !== ON_REAL_PARTS);
    expect(rows.filter((row) => !INCIDENTS.some((incident) => incident.row === row))).toEqual([]);
    expect(new Set(INCIDENTS.map(({ row }) => row)).size).toBe(INCIDENTS.length);
  });

  const played = [...INCIDENTS, ...FURTHER].map(({ row, scenario }) => [row, scenario.name, scenario] as const);
  it.concurrent.each(played)(
    "number %i, %s, ends as it must",
    async (row, _name, scenario) => {
      expect(await play(scenario)).toEqual([scenario.exitCode, []]);
      if (INCIDENTS.some((incident) => incident.row === row && incident.scenario === scenario)) right += 1;
    },
    LONG,
  );
});

describe("a deleted instance that is not gone", () => {
  it.concurrent.each(REMAINS.map((scenario) => [scenario.name, scenario] as const))(
    "%s, ends as it must",
    async (_name, scenario) => {
      expect(await play(scenario)).toEqual([scenario.exitCode, []]);
    },
    LONG,
  );
});

/** Exit code and complaints. Each has a separate state directory: they play at the same time. */
async function play(scenario: Scenario): Promise<readonly [number, readonly string[]]> {
  const stateDirectory = join(rehearsals.stateDirectory, scenario.name);
  const { exitCode, complaints } = await rehearsals.play({ scenario, stateDirectory });
  told.leaked += complaints.filter((complaint) => complaint.startsWith("secret leaked")).length;
  told.sourceWrites += complaints.filter((complaint) => complaint.includes("in the source archive by")).length;
  return [exitCode, complaints];
}
