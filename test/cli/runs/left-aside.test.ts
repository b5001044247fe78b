/** The facts of the run that a cleanup is told, from its journal alone. */
import { describe, expect, it } from "vitest";
import { leftAside } from "../../../src/cli/runs/left-aside.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";

const SOURCE = "base_000000020000000000000002_00000040";
const OWN = "base_000000030000000000000008_00000040";
const INPUT = { guid: "g", source: "s3://b/o", target: "s3://b/n", deployment: "d", cell: "c/0", container: "cf-1" };

/** A run over a source on timeline 2, which saw this one as the first of the recovered database. */
function journalOf(seen: string | undefined, outcome = "succeeded"): readonly Entry[] {
  const steps = [
    { step: "source", action: "archive.verify-source", input: {}, output: { base_backup: SOURCE } },
    { step: "aside", action: "archive.set-aside", input: INPUT, output: {} },
    ...(seen === undefined
      ? []
      : [{ step: "backup", action: "archive.wait-base-backup", input: {}, output: { base_backup: seen } }]),
  ];
  const lines = steps.flatMap(({ step, action, input, output }) => [
    { type: "step-started", step, action, effect: "read", attempt: 1, input, commandsSha256: "" },
    { type: "step-succeeded", step, attempt: 1, how: "ran", output, evidence: "" },
  ]);
  return [...lines, { type: "run-ended", outcome }] as unknown as readonly Entry[];
}

describe("what a run left aside", () => {
  it("comes with the base backup that the recovered database made", () => {
    expect(leftAside(journalOf(OWN), "r")).toMatchObject({ guid: "g", archive: "s3://b/n", base_backup: OWN });
  });

  it.each([undefined, SOURCE, "base_000000020000000000000009_00000040"])("stays if the run saw %s alone", (seen) => {
    expect(() => leftAside(journalOf(seen), "r")).toThrow(/saw no base backup that the recovered database made/);
  });

  it("of a run that was undone can go without one: its instance has its own empty database again", () => {
    expect(leftAside(journalOf(undefined, "undone"), "r")).toMatchObject({ base_backup: "" });
  });
});
