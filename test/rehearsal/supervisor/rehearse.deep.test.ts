/** Further rehearsals, killed and stopped ones; rehearse.test.ts has one whole. */
import { afterAll, describe, expect, it } from "vitest";
import { resumeRehearsal } from "../../../src/rehearsal/supervisor/rehearse.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { summary } from "../../../src/rehearsal/supervisor/summary.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { Rehearsals } from "../rehearsals.ts";

const LONG = 300_000;
/** A seed with which the one stop is a kill. */
const SLOW_STOP = 11;

const rehearsals = new Rehearsals();
afterAll(() => rehearsals.remove());

describe("a rehearsal", () => {
  it(
    "brings back what lies before a gap when the loss is accepted, through a stop that runs into its grace period",
    async () => {
      const gap = scenarioNamed("wal-gap");
      const scenario: Scenario = { ...gap, open: ({ now }) => gap.open({ seed: SLOW_STOP, now }) };
      const result = await rehearsals.play({ scenario, args: ["--accept-loss", "20", "--json"] });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it(
    "killed in the middle of a journal line and resumed ends as if nothing had been, and nothing happened twice",
    async () => {
      const result = await rehearsals.playKilled({ append: 48, when: "torn" });
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
      const result = await rehearsals.playKilled({ append: 1, when });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "broker provision": 1 });
    },
    LONG,
  );

  it(
    "stopped at a question goes on in its own box, which another process starts again",
    async () => {
      const silent = { ...scenarioNamed("happy-last-era"), answers: { "any confirm": "yes" } };
      const stopped = await rehearsals.play({ scenario: silent });
      expect(stopped.exitCode).toBe(13);
      const run = stopped.run ?? "";
      // Killed from outside meanwhile: the box says how it goes on, and judges nothing.
      const shot = await resumeRehearsal({ ...rehearsals.sitting, program: ["/bin/sh", "-c", "kill -9 $$"], run });
      expect(shot).toMatchObject({ exitCode: 137, complaints: [] });
      expect(shot === undefined ? "" : summary(shot).join("\n")).toContain(`To go on:\n  dingo-recover resume ${run}`);
      const resumed = await resumeRehearsal({ ...rehearsals.sitting, run });
      expect([resumed?.exitCode, resumed?.complaints]).toEqual([0, []]);
      expect(resumed?.counts).toMatchObject({ "broker provision": 1, "docker stop": 1, "docker start": 2 });
      // Its run has come to a good end: the box is gone, and nothing is resumed anywhere else.
      expect(await resumeRehearsal({ ...rehearsals.sitting, run })).toBeUndefined();
    },
    LONG,
  );
});
