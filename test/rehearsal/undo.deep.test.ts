/** Undo of rehearsed recoveries at many depths, and killed at each of its ways back. `npm run build` comes first. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../src/journal/entry.js";
import { sampled } from "./crash-stride.js";
import { LONG, numberOf, Rehearsals } from "./rehearsals.js";

const opened: Rehearsals[] = [];
let whole: readonly Entry[];

beforeAll(async () => {
  const first = apart();
  whole = first.entriesOf((await first.undo()).run);
}, LONG);
afterAll(() => {
  for (const each of opened) each.remove();
});

/** In a state directory of its own: they play at the same time. */
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
});
