/** A Compose stack that gets a place for its data, in the box: as it should go, with trouble, taken back, and killed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crashEverywhere } from "../../src/rehearsal/crash/everywhere.js";
import { lastLine, matrixLines } from "../../src/rehearsal/crash/matrix.js";
import { findScenario } from "../../src/rehearsal/scenarios/registry.js";
import { LONG, Rehearsals } from "./rehearsals.js";

const WORKER = join(import.meta.dirname, "../../dist/cli/crash-worker.js");

const ended = ({ exitCode, complaints }: { readonly exitCode: number; readonly complaints: readonly string[] }) => [
  exitCode,
  complaints,
];

describe("a stack without a place for its data", () => {
  let rehearsals: Rehearsals;
  beforeAll(() => {
    if (!existsSync(WORKER)) throw new Error("dist is missing: run npm run build first");
    rehearsals = new Rehearsals();
  });
  afterAll(() => rehearsals.remove());

  it.each(["persist-compose-data", "persist-full-disk", "persist-port-taken", "persist-engine-restarts"])(
    "%s ends as it must",
    async (name) => {
      const scenario = findScenario(name);
      if (scenario === undefined) throw new Error("the scenario is gone");
      expect(ended(await rehearsals.play({ scenario }))).toEqual([scenario.exitCode, []]);
    },
    LONG,
  );

  it(
    "is taken back where the disk was full, and the old stack runs with every row",
    async () => {
      const scenario = findScenario("persist-full-disk");
      if (scenario === undefined) throw new Error("the scenario is gone");
      expect(ended(await rehearsals.play({ scenario, undo: true }))).toEqual([0, []]);
    },
    LONG,
  );

  it.each([
    ["is killed at every fifth place", 5, "recovery", 40],
    ["is taken back, and that is killed at every ninth place", 9, "undo", 8],
  ] as const)("comes to the same end where it %s, with nothing done twice", async (_what, every, act, least) => {
    const say = (line: string): void => console.log(line);
    const at = { scenario: "persist-compose-data", seed: 1, worker: WORKER, processes: 2, say };
    const matrix = await crashEverywhere({ ...at, every, act, accidents: true });
    console.log(matrixLines(matrix).join("\n"));
    const failing = matrix.tried.flatMap(({ planned, verdict }) =>
      verdict.complaints.map((complaint) => `${planned.row}: ${complaint}`),
    );
    expect(failing).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(least);
    console.log(`crash points, a stack's data, ${act}: ${lastLine(matrix)}`);
  });
});
