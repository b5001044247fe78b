/** `--decide` on the command line: a decision that cannot be made is refused before anything of the run is touched. */
import { beforeAll, describe, expect, it } from "vitest";
import { requireDecidable, requireUndecided } from "../../src/cli/session/given-decisions.ts";
import { replay } from "../../src/engine/state/replay.ts";
import type { RunState } from "../../src/engine/state/state.ts";
import { type ErrorCode, refusalOf } from "../../src/errors.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { runbookOf, step } from "./fixture.ts";

const world = new FakeWorld();
const RUNBOOK = runbookOf([
  step("space", { action: reading(world), with: { key: "space" } }),
  step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
  step("bind", { action: changing(world, "create"), with: { key: "bind" }, forEach: { text: "[]" } }),
]);

async function stateAfter(open: "space" | "stop" | "nothing"): Promise<RunState> {
  const journal = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
  const started = { action: "fake", input: {}, attempt: 1, commandsSha256: "" };
  await journal.append({ type: "step-started", step: open === "stop" ? "stop" : "space", effect: "read", ...started });
  if (open !== "nothing")
    await journal.append({
      type: "asked",
      step: open,
      question: "q",
      prompt: "What is\nto be done?",
      choices: ["exchange", "other"],
      byPerson: ["take"],
      shownSha256: "ab".repeat(32),
    });
  return replay(journal.entries);
}

const states = new Map<string, RunState>();
beforeAll(async () => {
  for (const open of ["space", "stop", "nothing"] as const) states.set(open, await stateAfter(open));
});

function refusal(
  open: "space" | "stop" | "nothing",
  name: string,
  value: string,
): { code: ErrorCode; remedy: string } | undefined {
  const state = states.get(open);
  if (state === undefined) throw new Error("no such state");
  return refusalOf(() => requireDecidable(new Map([[name, value]]), RUNBOOK, state));
}

describe("a decision about an open question", () => {
  it("is one of its choices", () => {
    expect(refusal("space", "space", "exchange")).toBeUndefined();
    expect(refusal("space", "space", "other")).toBeUndefined();
  });

  it.each(["exchnge", "again", "redo"])("is a usage error that names them if it is %j", (value) => {
    expect(refusal("space", "space", value)).toMatchObject({
      code: "usage",
      remedy: 'Its choices are exchange, other ("What is\\nto be done?").',
    });
  });

  it("is left to a person if only that may choose it: 13, and nothing is touched", () => {
    const refused = refusal("space", "space", "take");
    expect(refused).toMatchObject({ code: "question-unanswered", exitCode: 13 });
    expect(refused?.remedy).toContain("--decide 'space=exchange'\" (or other).");
  });

  it("is named if it was given for another step", () => {
    expect(refusal("space", "stop", "exchange")?.remedy).toContain('The open question is about "space"');
    expect(refusal("space", "nowhere", "exchange")?.remedy).toContain('The open question is about "space"');
  });
});

describe("a decision about a doubt", () => {
  it.each(["adopt", "redo", "undo", "by-hand"])(
    "may be %s, also of a step whose question was not answered",
    (value) => {
      expect(refusal("nothing", "stop", value)).toBeUndefined();
      expect(refusal("nothing", "bind[a]", value)).toBeUndefined();
      expect(refusal("stop", "stop", value)).toBeUndefined();
    },
  );

  it.each([
    ["stop", "again"],
    ["stop", "toString"],
    ["bind[a]", "yes"],
  ])("is a usage error if it is %s=%s", (name, value) => {
    expect(refusal("nothing", name, value)).toMatchObject({
      code: "usage",
      remedy: expect.stringContaining("A step in doubt takes adopt, redo, undo, by-hand") as string,
    });
  });
});

describe("a decision that is given again", () => {
  it("is taken if it is the answer that the journal has", async () => {
    const journal = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
    await journal.append({ type: "answered", step: "stop", question: "drift-1", value: "again", by: "flag" });
    const state = replay(journal.entries);
    expect(refusalOf(() => requireDecidable(new Map([["stop", "again"]]), RUNBOOK, state))).toBeUndefined();
    expect(refusalOf(() => requireDecidable(new Map([["stop", "go-on"]]), RUNBOOK, state))).toBeDefined();
  });
});

describe("a decision about a batch", () => {
  it("is a usage error that says whom to give it to, and no decision is none", () => {
    const refused = refusalOf(() => requireUndecided(new Map([["stop", "again"]]), "20261121-1200-abcd"));
    expect(refused).toMatchObject({ code: "usage", effect: "none", place: "--decide" });
    expect(refused?.message).toContain('"stop"');
    expect(refused?.remedy).toContain(`"dingo-recover resume RUN --decide 'stop=again'"`);
    expect(refusalOf(() => requireUndecided(new Map(), "20261121-1200-abcd"))).toBeUndefined();
  });
});
