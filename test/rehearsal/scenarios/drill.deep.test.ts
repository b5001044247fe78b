/** Rehearsed drills that are killed, stopped, taken back and cleaned up after. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { scenarioNamed } from "../../players/scenarios.ts";
import { LONG, numberOf, outputOf, Rehearsals } from "../rehearsals.ts";

const ONCE = { "broker provision": 2, "broker deprovision": 1, "docker start": 3 } as const;

let rehearsals: Rehearsals;
let journal: readonly Entry[];

beforeAll(async () => {
  rehearsals = new Rehearsals();
  journal = rehearsals.entriesOf((await rehearsals.play({ scenario: scenarioNamed("drill") })).run);
}, LONG);

afterAll(() => rehearsals.remove());

describe("a drill", () => {
  it(
    "that is killed in its delete goes on, and nothing is done twice",
    async () => {
      const append = numberOf(journal, "step-started", "lose") + 1;
      const result = await rehearsals.playKilled({ append, when: "before" }, { scenario: scenarioNamed("drill") });
      expect(result.complaints).toEqual([]);
      expect(result.exitCode).toBe(0);
      expect(result.counts).toMatchObject(ONCE);
    },
    LONG,
  );

  it(
    "is stopped by another name than the one that was to be typed, before anything is deleted",
    async () => {
      const answers = { ...scenarioNamed("drill").answers, "any typed": "acme/production/important-db" };
      const result = await rehearsals.play({ scenario: { ...scenarioNamed("drill"), answers, exitCode: 16 } });
      expect(result.exitCode).not.toBe(0);
      expect(result.counts["broker deprovision"]).toBeUndefined();
    },
    LONG,
  );

  it(
    "says of the delete that it is a point of no return, and is taken back but for it",
    async () => {
      const result = await rehearsals.play({ scenario: scenarioNamed("drill"), undo: true });
      expect(result.complaints).toEqual([]);
      expect(result.exitCode).toBe(0);
      const entries = rehearsals.entriesOf(result.run);
      const undone = entries.flatMap((entry) => (entry.type === "step-undone" ? [[entry.step, entry.evidence]] : []));
      expect(undone).toContainEqual([
        "lose",
        expect.stringMatching(/^it stays deleted, and its rows are in its archive/),
      ]);
      expect(undone).toContainEqual(["sacrifice", "the space has no service instance of this run"]);
      expect(entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "undone" });
    },
    LONG,
  );

  it(
    "is cleaned up after like a recovery; its service stays",
    async () => {
      const result = await rehearsals.play({ scenario: scenarioNamed("drill"), cleanup: true });
      expect(result.complaints).toEqual([]);
      expect(result.exitCode).toBe(0);
      expect(result.counts).toMatchObject({ "broker deprovision": 1 });
      const cleanup = rehearsals.journals.filter(
        ([first]) => first?.type === "run-started" && first.runbook === "clean-up",
      );
      expect(cleanup).toHaveLength(1);
    },
    LONG,
  );

  it(
    "gives later estimates its time",
    async () => {
      const { run, complaints } = await rehearsals.play();
      expect(complaints).toEqual([]);
      const told = outputOf(rehearsals.entriesOf(run), "fit");
      expect(told).toMatchObject({ drill: expect.stringMatching(/^\d+ s in the drill of \d{4}-/) as string });
    },
    LONG,
  );
});

describe("the dry run of a drill", () => {
  it(
    "prints what would be deleted and changes nothing",
    async () => {
      const { args } = rehearsals.sitting;
      const result = await rehearsals.play({ scenario: scenarioNamed("drill"), args: [...args, "--dry-run"] });
      expect(result.exitCode).toBe(0);
      expect(result.counts).toEqual({});
    },
    LONG,
  );
});
