import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { begun, lastWritten, unsaid } from "../../../src/rehearsal/scenarios/told.ts";
import { summary } from "../../../src/rehearsal/supervisor/summary.ts";
import { scratchDirectories } from "../../engine/journal/scratch.ts";

const scratch = scratchDirectories();

it("a run that was noted and never came to its first entry is named to nobody", () => {
  const state = scratch();
  expect(begun(state, "run-a")).toEqual({ run: undefined });
  const journal = join(state, "runs", "run-a", "journal.jsonl");
  mkdirSync(dirname(journal), { recursive: true });
  writeFileSync(journal, "");
  expect(begun(state, "run-a")).toEqual({ run: "run-a", journal });
});

it("the time of the last entry is known, also if a kill has cut the line behind it", () => {
  const state = scratch();
  expect(lastWritten(state, "run-a")).toBe(0);
  const journal = join(state, "runs", "run-a", "journal.jsonl");
  mkdirSync(dirname(journal), { recursive: true });
  writeFileSync(journal, '{"time":"1970-01-01T00:00:01Z"}\n{"time":"1970-01-01T00:00:02Z"}\n{"time":"19\n\n\n');
  expect(lastWritten(state, "run-a")).toBe(2000);
});

describe("the last lines of a rehearsal", () => {
  const played = { scenario: "killed-before-start", title: "A kill", run: "r", directory: "/box", counts: {} };
  const ended = (exitCode: number, expected: number): string =>
    summary({ ...played, complaints: [], exitCode, expected }).join("\n");

  it.each([
    [13, 13],
    [0, 13],
    [0, 0],
  ])(
    "call an end with %i right if the scenario with its own answers ends with %i, and name what is next",
    (exitCode, expected) => {
      expect(ended(exitCode, expected)).toMatch(/ended with \d+, as it should\.\nNext: /u);
    },
  );

  it.each([13, 130])("leave the last word to the run that a person has stopped with %i", (exitCode) => {
    const lines = summary({ ...played, complaints: [], exitCode, expected: 13, stoppedByHand: true });
    expect(lines).toEqual(["", "The rehearsal waits where you stopped it. Nothing real was touched."]);
  });

  it("say how long it took on the machine", () => {
    const lines = summary({ ...played, complaints: [], exitCode: 0, expected: 0 }, { took: "9.1 s" });
    expect(lines).toContain("Rehearsed: A kill. Nothing real was touched. It took 9.1 s on this machine.");
  });

  it.each([
    ["test-backup", "bad-backup"],
    ["persist-compose-data", "persist-full-disk"],
    ["happy-last-era", "wal-gap"],
    ["audit-docker-storage", "--list --all"],
  ])("lead from %s to %s", (scenario, following) => {
    const lines = summary({ ...played, scenario, complaints: [], exitCode: 0, expected: 0 });
    expect(lines.at(-1)).toBe(`  dingo-recover rehearse ${following}`);
  });

  it("put no full stop behind a question", () => {
    const lines = summary({ ...played, title: "Where?", complaints: [], exitCode: 0, expected: 0 });
    expect(lines).toContain("Rehearsed: Where? Nothing real was touched.");
  });

  it("blame no answer for a defect of the tool", () => {
    expect(ended(1, 0)).toMatch(/Exit code 1: a defect of the tool, and none of your answers\.$/u);
  });

  it.each([
    [0, 16],
    [13, 0],
  ])("name the scenario's end beside %i if that is %i", (exitCode, expected) => {
    expect(ended(exitCode, expected)).toContain(
      `Exit code ${exitCode}, because of your answers. The scenario's own answers lead to ${expected}.`,
    );
    expect(ended(exitCode, expected)).toMatch(/To play it again:\n {2}dingo-recover rehearse killed-before-start$/u);
  });
});

describe("what a rehearsal misses in what was said", () => {
  it("stands beside a short text, and without a long one", () => {
    expect(unsaid("the refusal", "no base backup", ["a gap"])).toEqual([
      'the refusal does not say "a gap": no base backup',
    ]);
    expect(unsaid("the journal", "x".repeat(10_000), ["a gap"])).toEqual(['the journal does not say "a gap"']);
    expect(unsaid("the journal", `${"x".repeat(10_000)} a gap`, ["a gap"])).toEqual([]);
  });

  it("is told with the place of the journal, which no other ending names", () => {
    const result = {
      scenario: "wal-gap",
      title: "A gap",
      exitCode: 0,
      expected: 0,
      run: undefined,
      directory: "/box",
      counts: {},
      weather: [],
    };
    const journal = "/state/runs/r/journal.jsonl";
    const lines = summary({ ...result, complaints: ['the journal does not say "a gap"'], journal });
    expect(lines.slice(-3)).toEqual([
      '  NOT WELL: the journal does not say "a gap"',
      "What the tool wrote down of it:",
      `  ${journal}`,
    ]);
    expect(summary({ ...result, complaints: [], journal }).join("\n")).not.toContain(journal);
  });
});
