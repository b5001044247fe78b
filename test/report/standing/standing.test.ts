/** Law 17: every stop says the state of the world; numbers are the invariants of src/report/standing/standing.ts. */
import { describe, expect, it } from "vitest";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { standingText, WORDS } from "../../../src/report/standing/standing.ts";
import { REGISTRY } from "../../../src/wiring/registry.ts";

const lines = (...bodies: readonly EntryBody[]): readonly Entry[] =>
  bodies.map((body, seq) => ({
    ...{ v: 1, seq, time: "2026-11-21T12:00:00Z", run: "20261121-120000-test", epoch: 1, prev: "" },
    ...body,
  }));

const begun = (step: string, action: string, input: object = {}): EntryBody => ({
  ...{ type: "step-started", step, attempt: 1, action, effect: "disrupt", commandsSha256: "" },
  input: input as Extract<EntryBody, { type: "step-started" }>["input"],
});

const done = (step: string): EntryBody => ({
  ...{ type: "step-succeeded", step, attempt: 1, how: "ran", output: {}, evidence: "" },
});

const STOP = begun("stop", "docker.stop-container");
const ASIDE = begun("aside", "archive.set-aside");
const START = begun("start", "docker.start-container");
const PROOF = begun("proof", "recovery.prove-restored");

const failed = (step: string, code: string, probed: "not-done" | "partly"): EntryBody => ({
  ...{ type: "step-failed", step, attempt: 1, probed },
  error: { code, message: "no", remedy: "look" },
});

describe("what a run has done", () => {
  it("is nothing before its first change, and reads do not count", () => {
    const read: EntryBody = { ...begun("look", "archive.verify-source"), effect: "read" } as EntryBody;
    expect(standingText(lines(read, done("look")))).toBe("Nothing was changed so far.");
  });

  it("S1: tells a change as not known from its beginning, and as done after its end", () => {
    expect(standingText(lines(STOP, done("stop"), ASIDE))).toBe(
      "Done so far: its container is stopped. Begun, and not known whether done: its own archive lies aside.",
    );
    expect(standingText(lines(STOP, done("stop"), ASIDE, done("aside")))).toBe(
      "Done so far: its container is stopped; its own archive lies aside.",
    );
  });

  it("tells of one thing what was done to it last", () => {
    expect(standingText(lines(STOP, done("stop"), START, done("start")))).toBe(
      "Done so far: its container was started over the old archive.",
    );
  });

  it("tells of a stack of which the moved services alone run that the rest is stopped", () => {
    const [stop, data] = [begun("stop", "compose.stop"), begun("data", "compose.up", { all: false })];
    expect(standingText(lines(stop, done("stop"), data, done("data")))).toBe(
      "Done so far: the moved services run on their new directories, and the rest of the stack is stopped.",
    );
    const start = begun("start", "compose.up", { all: true });
    expect(standingText(lines(stop, done("stop"), data, done("data"), start, done("start")))).toBe(
      "Done so far: the stack runs on its new directories.",
    );
  });

  it("S2: tells nothing of what did not happen, or was taken back", () => {
    expect(standingText(lines(STOP, failed("stop", "command-failed", "not-done")))).toMatch(/^Nothing is left/);
    const back: EntryBody = { ...STOP, back: true } as EntryBody;
    const undone: EntryBody = { type: "step-undone", step: "stop", attempt: 1, evidence: "" };
    expect(standingText(lines(STOP, done("stop"), back))).toMatch(/^Begun, and not known whether done: its container/);
    expect(standingText(lines(STOP, done("stop"), back, undone))).toMatch(/^Nothing is left/);
  });

  it("tells what is to be done again as not known: it may still be there", () => {
    const again: EntryBody = { type: "step-undone", step: "stop", attempt: 1, evidence: "", again: true };
    expect(standingText(lines(STOP, done("stop"), again))).toMatch(/^Begun, and not known whether done: its container/);
  });

  it("S3: tells a step of somebody's own by its name", () => {
    expect(standingText(lines(begun("mine", "own.thing"), done("mine")))).toBe(
      'Done so far: the step "mine" (own.thing) was done.',
    );
  });

  it("tells that it has stopped a container whose restore went wrong, though the proof did nothing else", () => {
    const noted: EntryBody = {
      ...{ type: "step-recorded", step: "proof", attempt: 1, kind: "stopped-at-once" },
      data: { life: "2026-11-21T12:00:00Z" },
    };
    const journal = lines(START, done("start"), PROOF, noted, failed("proof", "proof-failed", "not-done"));
    expect(standingText(journal)).toBe(
      "Done so far: this run has stopped its container, because its restore went wrong.",
    );
  });

  it("has words for every step that changes something", () => {
    const changing = [...REGISTRY.values()].filter(({ effect }) => effect !== "read").map(({ id }) => id);
    expect(Object.keys(WORDS).toSorted()).toEqual(changing.toSorted());
  });
});
