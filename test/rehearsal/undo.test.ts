/** Undo and cleanup of rehearsed recoveries. `npm run build` comes first; undo.deep.test.ts tries more depths and kills. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../src/journal/entry.js";
import { AGREES } from "../../src/rehearsal/scenarios/happy.js";
import { resumeRehearsal } from "../../src/rehearsal/supervisor/rehearse.js";
import { happy, LONG, numberOf, Rehearsals } from "./rehearsals.js";

let rehearsals: Rehearsals;
let whole: readonly Entry[];

beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => rehearsals.remove());

describe("the undo of a rehearsed recovery", () => {
  it(
    "of a whole one ends with the foundation as it was, but for what is aside; a cleanup deletes that, and nothing else",
    async () => {
      const result = await rehearsals.play({ undo: true, cleanup: true });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({
        "broker provision": 1,
        "docker stop": 2,
        "docker start": 3,
        "host mv": 3,
        "host rm": 1,
        "docker update --restart=no": 2,
        "docker update --restart=always": 2,
      });
      expect(result.counts["broker deprovision"]).toBeUndefined();
      whole = rehearsals.entriesOf(result.run);
      expect(whole.at(-1)).toMatchObject({ type: "run-ended", outcome: "undone" });
    },
    LONG,
  );

  it("leaves every step that had changed something undone, last first", () => {
    const began = whole.flatMap((entry) =>
      entry.type === "step-started" && entry.effect !== "read" && entry.back !== true ? [entry.step] : [],
    );
    const undone = whole.flatMap((entry) => (entry.type === "step-undone" ? [entry.step] : []));
    expect(undone).toEqual([...new Set(began)].reverse());
    expect(undone.at(-1)).toBe("create");
  });

  it(
    "killed when the way back of the copy had begun, and carried on, ends the same, nothing done twice",
    async () => {
      const result = await rehearsals.undo({ append: numberOf(whole, "step-started", "copy", true), when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "docker stop": 2, "docker start": 3, "host mv": 3 });
    },
    LONG,
  );

  it(
    "of one that stopped at a question is played in its own box, which another process starts again",
    async () => {
      const stopped = await rehearsals.play({ scenario: { ...happy(), answers: { "any confirm": "yes" } } });
      expect(stopped.exitCode).toBe(13);
      const options = { ...rehearsals.sitting, run: stopped.run ?? "", command: "undo" } as const;
      const undone = await resumeRehearsal(options);
      expect([undone?.exitCode, undone?.complaints]).toEqual([0, []]);
    },
    LONG,
  );
});

describe("the cleanup after a rehearsed recovery", () => {
  it(
    "lists what is aside, deletes it once the target is typed, and leaves the recovered database as it is",
    async () => {
      const result = await rehearsals.play({ cleanup: true });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "host rm": 1, "docker stop": 1, "docker start": 2 });
      const cleanups = rehearsals.journals.filter(
        ([first]) => first?.type === "run-started" && first.inputs["run"] === result.run,
      );
      const cleanup = cleanups[0] ?? [];
      expect(cleanup.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded" });
      const outputs = new Map(
        cleanup.flatMap((entry) => (entry.type === "step-succeeded" ? [[entry.step, entry.output] as const] : [])),
      );
      expect(outputs.get("review")?.["objects"]).toBeGreaterThan(3);
      expect(outputs.get("objects")?.["deleted"]).toBe(outputs.get("review")?.["objects"]);
      const approved = cleanup.findIndex(({ type }) => type === "approved");
      expect(cleanup.find(({ type }) => type === "answered")).toMatchObject({
        question: "owner-agrees",
        value: "the team of the shop",
      });
      const before = cleanup.slice(0, approved).filter((entry) => entry.type === "step-started");
      expect(before.map(({ effect }) => effect)).toEqual(before.map(() => "read"));
    },
    LONG,
  );

  it(
    "stops with 13 and deletes nothing where the owner's yes is not there, though --yes is given and the target typed",
    async () => {
      const { "any confirm": agrees, "any typed": typed } = AGREES;
      const scenario = { ...happy(), answers: { "any confirm": agrees, "any typed": typed } };
      const result = await rehearsals.play({ scenario, cleanup: true, args: ["--json", "--yes"] });
      expect(result.exitCode).toBe(13);
      expect(result.counts["host rm"]).toBeUndefined();
    },
    LONG,
  );
});
