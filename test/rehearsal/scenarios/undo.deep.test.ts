/** Undo of rehearsed recoveries at many depths, and killed at each of its ways back; cleanups. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { AGREES } from "../../../src/rehearsal/scenarios/opening.ts";
import { resumeRehearsal } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { sampled } from "../../players/crash-stride.ts";
import { happy, LONG, numberOf, Rehearsals } from "../rehearsals.ts";

const opened: Rehearsals[] = [];
let whole: readonly Entry[];

beforeAll(async () => {
  const first = apart();
  whole = first.entriesOf((await first.undo()).run);
}, LONG);
afterAll(() => {
  for (const each of opened) each.remove();
});

/** In a separate state directory: they play at the same time. */
function apart(): Rehearsals {
  const made = new Rehearsals();
  opened.push(made);
  return made;
}

describe.concurrent("the undo of a rehearsed recovery", () => {
  it.each(
    sampled(["create", "hold", "stop", "aside", "copy", "initialize", "optime", "data", "start", "passwords", "key"]),
  )(
    "of one that was killed right after the step %s ends with the foundation as it was",
    async (step) => {
      const result = await apart().undo({ append: numberOf(whole, "step-succeeded", step), when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it.each(sampled(["create", "hold", "stop", "aside", "copy", "initialize", "optime", "data", "start", "key", "bind"]))(
    "of one that was killed when the step %s had begun ends with the foundation as it was",
    async (step) => {
      const result = await apart().undo({ append: numberOf(whole, "step-started", step), when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it.each(sampled(["bind", "key", "start", "data", "optime", "initialize", "copy", "aside", "stop", "hold", "create"]))(
    "killed when the way back of %s had begun, and carried on, ends the same, nothing done twice",
    async (step) => {
      const result = await apart().undo({ append: numberOf(whole, "step-started", step, true), when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "docker stop": 2, "docker start": 3, "host mv": 3 });
    },
    LONG,
  );

  it(
    "killed before the outcome of a way back was written, it is found done and not gone again",
    async () => {
      const rehearsals = apart();
      const result = await rehearsals.undo({ append: numberOf(whole, "step-undone", "copy"), when: "torn" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      const started = rehearsals
        .entriesOf(result.run)
        .filter((entry) => entry.type === "step-started" && entry.step === "copy" && entry.back === true);
      expect(started).toHaveLength(1);
    },
    LONG,
  );

  it(
    "of one that stopped at a question is played in its own box, which another process starts again",
    async () => {
      const rehearsals = apart();
      const stopped = await rehearsals.play({ scenario: { ...happy(), answers: { "any confirm": "yes" } } });
      expect(stopped.exitCode).toBe(13);
      const options = { ...rehearsals.sitting, run: stopped.run ?? "", command: "undo" } as const;
      const undone = await resumeRehearsal(options);
      expect([undone?.exitCode, undone?.complaints]).toEqual([0, []]);
    },
    LONG,
  );
});

describe.concurrent("the cleanup after a rehearsed recovery", () => {
  it(
    "lists what is aside, deletes it once the target is typed, and leaves the recovered database as it is",
    async () => {
      const rehearsals = apart();
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
    "stops with 13 and deletes nothing if the owner's yes is not there, though --yes is given and the target typed",
    async () => {
      const { "any confirm": agrees, "any typed": typed } = AGREES;
      const scenario = { ...happy(), answers: { "any confirm": agrees, "any typed": typed } };
      const result = await apart().play({ scenario, cleanup: true, args: ["--json", "--yes"] });
      expect(result.exitCode).toBe(13);
      expect(result.counts["host rm"]).toBeUndefined();
    },
    LONG,
  );
});
