/** Further rehearsals, killed and stopped ones; rehearse.test.ts has one whole. `npm run build` comes first. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RehearsalResult, rehearse, resumeRehearsal } from "../../src/rehearsal/supervisor/rehearse.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";
import type { Sitting } from "../../src/rehearsal/supervisor/play.ts";
import { summary } from "../../src/rehearsal/supervisor/summary.ts";
import { type Kill, rehearseKilled } from "../players/kill.ts";
import { scenarioNamed } from "../players/scenarios.ts";
import { TOOL } from "../tool.ts";

const LONG = 300_000;
/** A seed with which the one stop is a kill. */
const SLOW_STOP = 11;

let stateDirectory: string;
beforeAll(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "rehearsals-"));
});
afterAll(() => rmSync(stateDirectory, { recursive: true, force: true }));

const sitting = (args: readonly string[] = []): Sitting => ({
  pace: "max",
  stateDirectory,
  program: [process.execPath, TOOL],
  args: [...args, "--json"],
  interactive: false,
  caller: { TERM: "dumb" },
  say: () => undefined,
  quiet: true,
});

function play(name: string): Promise<RehearsalResult> {
  return rehearse({ ...sitting(), scenario: scenarioNamed(name) });
}

function playKilled(kill: Kill): Promise<RehearsalResult> {
  return rehearseKilled({ ...sitting(), scenario: scenarioNamed("happy-last-era") }, kill);
}

describe.each([
  ["happy-first-era", 0],
  ["wal-gap", 16],
  ["missing-sysid", 0],
] as const)("the rehearsal %s", (name, exitCode) => {
  it(
    `ends with ${exitCode}, the source untouched, nothing unknown called and nothing written at home`,
    async () => {
      const home = mkdtempSync(join(stateDirectory, "home-"));
      vi.stubEnv("HOME", home);
      const result = await play(name).finally(() => vi.unstubAllEnvs());
      expect(readdirSync(home)).toEqual([]);
      expect(result.complaints).toEqual([]);
      expect([result.exitCode, result.expected]).toEqual([exitCode, exitCode]);
      expect(summary(result).join("\n")).toContain("as it should");
    },
    LONG,
  );
});

describe("a rehearsal", () => {
  it(
    "brings back what lies before a gap when the loss is accepted, through a stop that runs into its grace period",
    async () => {
      const gap = scenarioNamed("wal-gap");
      const scenario: Scenario = { ...gap, open: ({ now }) => gap.open({ seed: SLOW_STOP, now }) };
      const result = await rehearse({ ...sitting(["--accept-loss", "20"]), scenario });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it(
    "killed in the middle of a journal line and resumed ends as if nothing had been, and nothing happened twice",
    async () => {
      const result = await playKilled({ append: 48, when: "torn" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({
        "broker provision": 1,
        "docker stop": 1,
        "docker start": 2,
        "docker update --restart=no": 1,
        "host mv": 1,
      });
    },
    LONG,
  );

  it.each(["before", "torn"] as const)(
    "killed %s its first journal line is begun anew",
    async (when) => {
      const result = await playKilled({ append: 1, when });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "broker provision": 1 });
    },
    LONG,
  );

  it(
    "stopped at a question goes on in its own box, which another process starts again",
    async () => {
      const silent = { ...scenarioNamed("happy-last-era"), answers: { "any confirm": "yes" } };
      const stopped = await rehearse({ ...sitting(), scenario: silent });
      expect(stopped.exitCode).toBe(13);
      const run = stopped.run ?? "";
      // Killed from outside meanwhile: the box says how it goes on, and judges nothing.
      const shot = await resumeRehearsal({ ...sitting(), program: ["/bin/sh", "-c", "kill -9 $$"], run });
      expect(shot).toMatchObject({ exitCode: 137, complaints: [] });
      expect(shot === undefined ? "" : summary(shot).join("\n")).toContain(`To go on:\n  dingo-recover resume ${run}`);
      const resumed = await resumeRehearsal({ ...sitting(), run });
      expect([resumed?.exitCode, resumed?.complaints]).toEqual([0, []]);
      expect(resumed?.counts).toMatchObject({ "broker provision": 1, "docker stop": 1, "docker start": 2 });
      // Its run has come to a good end: the box is gone, and nothing is resumed anywhere else.
      expect(await resumeRehearsal({ ...sitting(), run })).toBeUndefined();
    },
    LONG,
  );
});
