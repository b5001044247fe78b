/** Rehearsed recoveries to a time that are taken back, killed, and done with a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReadyDatabase, readyDatabase } from "../../../src/cli/commands/rehearse/real-database.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, numberOf, outputOf, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
let journal: readonly Entry[];

beforeAll(async () => {
  rehearsals = new Rehearsals();
  journal = rehearsals.entriesOf((await rehearsals.play({ scenario: scenarioNamed("recover-to-time") })).run);
}, LONG);
afterAll(() => rehearsals.remove());

describe("a rehearsed recovery to a time", () => {
  it(
    "is taken back by undo: the loaded table has another name, everything else went on",
    async () => {
      const result = await rehearsals.play({ scenario: scenarioNamed("recover-to-time"), undo: true });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it.runIf(process.platform === "linux" && process.arch === "x64")(
    "does the same with a real PostgreSQL, also where it is killed while that runs",
    async () => {
      const realDatabase: ReadyDatabase = await readyDatabase("");
      try {
        const append = numberOf(journal, "step-started", "recover") + 1;
        const kill = { append, when: "before" } as const;
        const result = await rehearsals.playKilled(kill, { scenario: scenarioNamed("recover-to-time"), realDatabase });
        expect([result.exitCode, result.complaints]).toEqual([0, []]);
        const recovered = outputOf(rehearsals.entriesOf(result.run), "recover");
        expect(recovered).toMatchObject({
          stopped_before: expect.stringMatching(/^2026-11-21T02:23:52\.\d{6}Z$/) as string,
        });
      } finally {
        await realDatabase.remove();
      }
    },
    LONG,
  );
});
