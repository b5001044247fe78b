/** A lost database that is looked for among volumes, in the box: killed at every place, and so its way back. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { crashEverywhere } from "../../src/rehearsal/crash/everywhere.js";
import { lastLine, matrixLines } from "../../src/rehearsal/crash/matrix.js";
import { CRASH_STRIDE, strided } from "./crash-stride.js";

const WORKER = join(import.meta.dirname, "../../dist/cli/crash-worker.js");
/** What a run must have at the least: appends and changes of the engine, each with what can happen there. */
const LEAST = { recovery: 150, undo: 30 } as const;

describe("a lost database among volumes", () => {
  beforeAll(() => {
    if (!existsSync(WORKER)) throw new Error("dist is missing: run npm run build first");
  });

  it.each(["recovery", "undo"] as const)("comes to the same end wherever its %s is killed", async (act) => {
    const say = (line: string): void => console.log(line);
    const at = { scenario: "salvage-docker-volumes", seed: 1, worker: WORKER, processes: 2, say };
    const matrix = await crashEverywhere({ ...at, every: CRASH_STRIDE, act, accidents: true });
    console.log(matrixLines(matrix).join("\n"));
    const failing = matrix.tried.flatMap(({ planned, verdict }) =>
      verdict.complaints.map((complaint) => `${planned.row}: ${complaint}`),
    );
    expect(failing).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(LEAST[act]));
    // Some of the few that are taken with a stride may all be of other kinds.
    if (CRASH_STRIDE === 1) expect(matrix.tried.filter(({ planned }) => planned.column === "change")).not.toEqual([]);
    console.log(`crash points, a lost database's volumes, ${act}: ${lastLine(matrix)}`);
  });
});
