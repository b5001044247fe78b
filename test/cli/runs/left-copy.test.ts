/** The facts that a cleanup is told of the copy that a run made, from its journal alone. */
import { describe, expect, it } from "vitest";
import { leftCopy } from "../../../src/cli/runs/left-copy.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";

const INPUT = { place: "/var/tmp/x", postgres_bin: "/pg/bin", archive: "s3://b/o", time: "t", base: "b" };

function journalOf(action: string, outcome: string | undefined, more: object = {}): readonly Entry[] {
  const step = {
    type: "step-started",
    step: "restore",
    action,
    effect: "create",
    attempt: 1,
    input: { ...INPUT, ...more },
  };
  const end = outcome === undefined ? [] : [{ type: "run-ended", outcome }];
  return [{ ...step, commandsSha256: "" }, ...end] as unknown as readonly Entry[];
}

describe("the copy that a run left on this machine", () => {
  it("lies where it was restored, and beside it once the run was undone", () => {
    const copy = { run: "r", postgres_bin: "/pg/bin" };
    expect(leftCopy(journalOf("scratch.restore", "succeeded"), "r")).toMatchObject({ ...copy, place: "/var/tmp/x" });
    expect(leftCopy(journalOf("scratch.restore", "undone"), "r")).toMatchObject({
      ...copy,
      place: "/var/tmp/x.undone",
    });
  });

  it("is that of a test of a backup only if the test was to keep it", () => {
    expect(leftCopy(journalOf("backup.restore-test", "succeeded", { keep: true }), "r")).toMatchObject({
      place: "/var/tmp/x",
    });
    expect(leftCopy(journalOf("backup.restore-test", "succeeded", { keep: false }), "r")).toBeUndefined();
  });

  it("is none of a run that goes on, or made none", () => {
    expect(leftCopy(journalOf("scratch.restore", undefined), "r")).toBeUndefined();
    expect(leftCopy(journalOf("archive.copy", "succeeded"), "r")).toBeUndefined();
  });
});
