/** Whole rehearsals: the built program as the child, the foundation in a box around it. `npm run build` comes first. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BoxFiles } from "../../src/rehearsal/box/box-state.ts";
import type { RehearsalResult } from "../../src/rehearsal/supervisor/rehearse.ts";
import { summary } from "../../src/rehearsal/supervisor/summary.ts";
import { scenarioNamed } from "../players/scenarios.ts";
import { Rehearsals } from "./rehearsals.ts";

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

describe("the rehearsal no-archive", () => {
  let played: Awaited<ReturnType<typeof playAtHome>>;
  beforeAll(async () => {
    played = await playAtHome("no-archive");
  }, LONG);

  it("ends with 17, the source untouched, nothing unknown called and nothing written at home", () =>
    expectAsItShould(played, 17));

  it("takes nothing of the caller's environment into the box, and writes no secret of the box where runs are kept", () => {
    const { directory, run } = played.result;
    expect(everyText(directory)).not.toContain(CANARY);
    const { world, accounts } = new BoxFiles(directory).load();
    const secrets = [
      accounts.cf.password,
      accounts.bosh.clientSecret,
      ...world.store.keys.map(({ secret }) => secret),
      ...Object.values(world.broker.instances).map(({ logins }) => logins.app.password),
    ];
    const kept = everyText(join(stateDirectory, "runs", run ?? ""));
    expect(kept.length).toBeGreaterThan(1_000);
    for (const secret of secrets) expect(kept).not.toContain(secret);
  });
});

function everyText(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
}
