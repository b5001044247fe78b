/** A Compose stack that gets a place for its data, in the box: as it should go, with trouble, taken back, and killed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recoversEverywhere } from "../../players/everywhere.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

const ended = ({ exitCode, complaints }: { readonly exitCode: number; readonly complaints: readonly string[] }) => [
  exitCode,
  complaints,
];

describe("a stack without a place for its data", () => {
  let rehearsals: Rehearsals;
  beforeAll(() => {
    rehearsals = new Rehearsals();
  });
  afterAll(() => rehearsals.remove());

  it.each(["persist-compose-data", "persist-full-disk", "persist-port-taken", "persist-engine-restarts"])(
    "%s ends as it must",
    async (name) => {
      const scenario = scenarioNamed(name);
      expect(ended(await rehearsals.play({ scenario }))).toEqual([scenario.exitCode, []]);
    },
    LONG,
  );

  it(
    "is taken back if the disk was full, and the old stack runs with every row",
    async () => {
      const scenario = scenarioNamed("persist-full-disk");
      expect(ended(await rehearsals.play({ scenario, undo: true }))).toEqual([0, []]);
    },
    LONG,
  );

  it.each([
    ["is killed at every fifth place", 5, "recovery", 40],
    ["is taken back, and that is killed at every ninth place", 9, "undo", 8],
  ] as const)("comes to the same end where it %s, with nothing done twice", async (_what, every, act, least) => {
    await recoversEverywhere("persist-compose-data", { every, act, least, accidents: true });
  });
});
