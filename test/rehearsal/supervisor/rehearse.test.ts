/** Whole rehearsals: the built program as the child, the foundation in a box around it. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { filesBelow } from "../../../src/rehearsal/supervisor/leaks.ts";
import { BoxFiles } from "../../../src/rehearsal/box/box-state.ts";
import type { BoxClock } from "../../../src/rehearsal/box/clock.ts";
import { type RehearsalResult, resumeRehearsal } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { REHEARSAL_VARIABLE } from "../../../src/rehearsal/variable.ts";
import { summary } from "../../../src/rehearsal/supervisor/summary.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { Rehearsals } from "../rehearsals.ts";

const CANARY = "canary-of-the-callers-own-environment";
const LONG = 300_000;

const rehearsals = new Rehearsals();
const { stateDirectory } = rehearsals;
afterAll(() => rehearsals.remove());

async function play(name: string): Promise<RehearsalResult> {
  const scenario = scenarioNamed(name);
  const secrets = { CF_PASSWORD: CANARY, BOSH_CLIENT_SECRET: CANARY, AWS_SECRET_ACCESS_KEY: CANARY };
  return await rehearsals.play({ scenario, caller: { TERM: "dumb", ...secrets, HOME: CANARY } });
}

/** As seen from a home that was empty before. */
async function playAtHome(name: string): Promise<{ readonly result: RehearsalResult; readonly written: string[] }> {
  const home = mkdtempSync(join(stateDirectory, "home-"));
  vi.stubEnv("HOME", home);
  const result = await play(name).finally(() => vi.unstubAllEnvs());
  return { result, written: readdirSync(home) };
}

function expectAsItShould({ result, written }: Awaited<ReturnType<typeof playAtHome>>, exitCode: number): void {
  expect(written).toEqual([]);
  expect(result.complaints).toEqual([]);
  expect([result.exitCode, result.expected]).toEqual([exitCode, exitCode]);
  expect(summary(result).join("\n")).toContain("as it should");
}

describe("the rehearsal happy-last-era", () => {
  it(
    "ends with 0, the source untouched, nothing unknown called and nothing written at home",
    async () => expectAsItShould(await playAtHome("happy-last-era"), 0),
    LONG,
  );
});

describe("the rehearsal salvage-docker-volumes", () => {
  it(
    "comes to its good end with what a terminal is given and asked for",
    async () => {
      const scenario = scenarioNamed("salvage-docker-volumes");
      const { alwaysGiven = [], answers } = scenario;
      const given = Object.entries(scenario.inputs).filter(([name]) => alwaysGiven.includes(name));
      const inputs = Object.fromEntries(given);
      const result = await rehearsals.play({
        scenario: { ...scenario, inputs, answers: { ...answers, volumes: "1", databases: "shop" } },
      });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );
});

describe("the rehearsal no-archive", () => {
  let played: Awaited<ReturnType<typeof playAtHome>>;
  beforeAll(async () => {
    played = await playAtHome("no-archive");
  }, LONG);

  it("ends with 17, the source untouched, nothing unknown called and nothing written at home", () =>
    expectAsItShould(played, 17));

  it("takes nothing of the caller's environment into the box", () => {
    const files = filesBelow(played.result.directory);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => readFileSync(file, "utf8").includes(CANARY))).toEqual([]);
  });

  it("goes on at a clock that is not behind what the tool wrote down, if its host was killed", async () => {
    const { run = "", directory } = played.result;
    const files = new BoxFiles(directory);
    const { world } = files.load();
    // As the host saves it: at the last change, and the tool has only read since.
    files.savePart("world", { ...world, now: world.now - 600_000 });
    const seen = join(stateDirectory, "seen.json");
    const looks = ["/bin/sh", "-c", `printf %s "$${REHEARSAL_VARIABLE}" > ${seen}; exit 17`] as const;
    await resumeRehearsal({ ...rehearsals.sitting, program: looks, run });
    const { clock } = JSON.parse(readFileSync(seen, "utf8")) as { readonly clock: BoxClock };
    expect(clock.epochMs).toBeGreaterThanOrEqual(Date.parse(rehearsals.entriesOf(run).at(-1)?.time ?? ""));
  });
});
