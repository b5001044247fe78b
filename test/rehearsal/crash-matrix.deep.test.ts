/**
 * Every crash point of the shipped runbook, and a sample of real kills that shows the snapshots to be like them. The built
 * program is what runs: `npm run test:deep` builds it first. The names of the tests say what is tried without CRASH_STRIDE.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doneTwice } from "../../src/rehearsal/crash/counts.js";
import { crashEverywhere } from "../../src/rehearsal/crash/everywhere.js";
import { lastLine, type Matrix, matrixLines } from "../../src/rehearsal/crash/matrix.js";
import type { Extent } from "../../src/rehearsal/crash/plan.js";
import type { Act } from "../../src/rehearsal/crash/recording.js";
import { findScenario } from "../../src/rehearsal/scenarios/registry.js";
import type { CrashPoint } from "../../src/rehearsal/supervisor/child.js";
import { type RehearsalResult, rehearse } from "../../src/rehearsal/supervisor/rehearse.js";
import { CRASH_STRIDE, strided } from "./crash-stride.js";
import { TOOL } from "../tool.js";

const DIST = join(import.meta.dirname, "../../dist");
const WORKER = join(DIST, "cli/crash-worker.js");

let stateDirectory: string;
beforeAll(() => {
  if (!existsSync(WORKER)) throw new Error("dist is missing: run npm run build first");
  stateDirectory = mkdtempSync(join(tmpdir(), "crash-matrix-"));
});
afterAll(() => rmSync(stateDirectory, { recursive: true, force: true }));

async function everywhere(scenario: string, extent: Extent & { readonly act?: Act }): Promise<Matrix> {
  const processes = Math.min(availableParallelism(), 4);
  const say = (line: string): void => console.log(line);
  const every = extent.every * CRASH_STRIDE;
  const everyWithin = (extent.everyWithin ?? extent.every) * CRASH_STRIDE;
  const each = { ...extent, every, everyWithin };
  const matrix = await crashEverywhere({ scenario, seed: 1, worker: WORKER, processes, say, ...each });
  console.log(matrixLines(matrix).join("\n"));
  return matrix;
}

const failing = ({ tried }: Matrix): readonly string[] =>
  tried.flatMap(({ planned, verdict }) => verdict.complaints.map((complaint) => `${planned.row}: ${complaint}`));

describe("a recovery that is killed", () => {
  it("at any journal append or effect, by a signal, a full disk, a lost block or a wrong clock, is recovered", async () => {
    const matrix = await everywhere("happy-last-era", { every: 1, accidents: true });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(400));
    console.log(`crash points: ${lastLine(matrix)}`);
  });

  it("on a foundation of the first era is recovered as well, at every twentieth point", async () => {
    const matrix = await everywhere("happy-first-era", { every: 20, accidents: true });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(20));
    console.log(`crash points, first era: ${lastLine(matrix)}`);
  });

  it("is recovered in a drill as well, at every tenth point", async () => {
    const matrix = await everywhere("drill", { every: 10, accidents: true });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(50));
    console.log(`crash points, drill: ${lastLine(matrix)}`);
  });
});

describe("a recovery to a time that is killed", () => {
  it("at every sixth journal append or effect comes to the same tables, one copy and no server on this machine", async () => {
    const matrix = await everywhere("recover-to-time", { every: 6, accidents: true });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(40));
    console.log(`crash points, to a time: ${lastLine(matrix)}`);
  });

  it("is taken back, at every fifth point, and its copy is deleted once", async () => {
    const undone = await everywhere("recover-to-time", { every: 5, accidents: true, act: "undo" });
    expect(failing(undone)).toEqual([]);
    const cleaned = await everywhere("recover-to-time", { every: 1, accidents: true, act: "cleanup" });
    expect(failing(cleaned)).toEqual([]);
    expect(cleaned.tried.length).toBeGreaterThan(strided(20));
    console.log(`crash points, undo and cleanup of one to a time: ${lastLine(undone)}, ${lastLine(cleaned)}`);
  });
});

describe("a batch that is killed", () => {
  it("wherever its own run is, between its databases, or within one of them, brings each back once", async () => {
    const matrix = await everywhere("space-deleted-two", { every: 1, everyWithin: 40, accidents: true, act: "batch" });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(80));
    console.log(`crash points, batch: ${lastLine(matrix)}`);
  });
});

describe("what follows a recovery, killed as well", () => {
  it("an undo that is killed at any journal append or effect comes to the same foundation", async () => {
    const matrix = await everywhere("happy-last-era", { every: 2, accidents: true, act: "undo" });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(50));
    console.log(`crash points, undo: ${lastLine(matrix)}`);
  });

  it("a cleanup that is killed deletes what was shown, once, and nothing else", async () => {
    const matrix = await everywhere("happy-last-era", { every: 1, accidents: true, act: "cleanup" });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(80));
    console.log(`crash points, cleanup: ${lastLine(matrix)}`);
  });
});

describe("a leased recovery whose machine is gone for good", () => {
  it("is finished elsewhere from its mirror, at every fifth place, with nothing done twice", async () => {
    const matrix = await everywhere("happy-last-era", { every: 5, accidents: false, act: "leased" });
    expect(failing(matrix)).toEqual([]);
    expect(matrix.tried.length).toBeGreaterThan(strided(20));
    console.log(`crash points, leased: ${lastLine(matrix)}`);
  });
});

async function killed(crashAt?: CrashPoint): Promise<RehearsalResult> {
  const scenario = findScenario("happy-last-era");
  if (scenario === undefined) throw new Error("the main scenario is gone");
  return await rehearse({
    ...{ scenario, seed: 1, pace: "max", stateDirectory, interactive: false, quiet: true },
    program: [process.execPath, TOOL],
    args: ["--json"],
    caller: {},
    say: () => undefined,
    ...(crashAt === undefined ? {} : { crashAt }),
  });
}

describe("a process that is killed by the kernel", () => {
  const points: readonly CrashPoint[] = [
    { append: 24, when: "after" },
    { append: 46, when: "torn" },
    { append: 62, when: "before" },
    { change: 4 },
    { change: 30 },
    { change: 53 },
  ];

  it("comes to the same end as the snapshot of that place, with nothing done twice", async () => {
    const undisturbed = await killed();
    for (const point of points) {
      const result = await killed(point);
      const at = JSON.stringify(point);
      expect([result.exitCode, result.complaints], at).toEqual([0, []]);
      expect(doneTwice(undisturbed.counts, result.counts), at).toEqual([]);
    }
    console.log(`real kills: ${points.length} of ${points.length} recovered`);
  });
});
