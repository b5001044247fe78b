/** The time of a drill is read from its journal, if it went through without a break and came to its end. */
import { describe, expect, it } from "vitest";
import { drillText, estimateRecovery } from "../../../src/archive/judgement/estimate.ts";
import { timesOf } from "../../../src/cli/runs/last-drill.ts";
import type { Entry, EntryBody } from "../../../src/engine/journal/entry.ts";
import { RUN } from "../../traps/scene.ts";

const SHA = "0".repeat(64);

function journal(bodies: readonly (readonly [seconds: number, body: EntryBody])[]): Entry[] {
  return bodies.map(([seconds, body], index) => {
    const time = new Date(Date.UTC(2026, 10, 21, 12) + seconds * 1000).toISOString();
    return { v: 1, seq: index + 1, time, run: RUN, epoch: 1, prev: SHA, ...body };
  });
}

const begun = (runbook: string, rehearsal = false): EntryBody => ({
  type: "run-started",
  runbook,
  runbookVersion: "1",
  runbookSha256: SHA,
  runbookText: { name: "runbook", sha256: SHA, bytes: 1 },
  inputs: {},
  operator: "ann",
  host: "here",
  toolVersion: "1",
  rehearsal,
});

const started = (step: string, action: string, input = {}): EntryBody => ({
  type: "step-started",
  ...{ step, attempt: 1, action, effect: "read", input, commandsSha256: SHA },
});

const done = (step: string): EntryBody => ({
  type: "step-succeeded",
  ...{ step, attempt: 1, how: "ran", output: {}, evidence: "" },
});

const drill = (runbook = "drill", rehearsal = false): [number, EntryBody][] => [
  [0, begun(runbook, rehearsal)],
  [60, started("fit", "archive.estimate", { objects: 50, bytes: 1, expanded_bytes: 30_000_000, segments: 4 })],
  [61, done("fit")],
  [100, started("hold", "docker.hold-restart")],
  [101, done("hold")],
  [150, started("login", "postgres.prove-login")],
  [160, done("login")],
  [200, { type: "run-ended", outcome: "succeeded" }],
];

const resumed: EntryBody = { type: "run-resumed", operator: "ann", host: "here", toolVersion: "1", takeOver: false };

describe("the last drill", () => {
  it("took the time from its window to its log-in", () => {
    expect(timesOf(RUN, journal(drill()), false)).toEqual({
      run: RUN,
      at: "2026-11-21T12:00:00.000Z",
      seconds: 60,
      objects: 50,
      bytes: 1,
      expandedBytes: 30_000_000,
      segments: 4,
    });
  });

  it.each([
    ["another runbook", journal(drill("recover-deleted-service"))],
    ["a rehearsed one", journal(drill("drill", true))],
    ["one that has not come to its end", journal(drill().slice(0, -1))],
    ["one that was resumed on its way", journal([...drill().slice(0, 3), [99, resumed], ...drill().slice(3)])],
    ["a journal without a line", []],
  ])("is never %s", (_what, entries) => {
    expect(timesOf(RUN, entries, false)).toBeUndefined();
  });

  it("counts for rehearsals if it was rehearsed", () => {
    expect(timesOf(RUN, journal(drill("drill", true)), true)?.seconds).toBe(60);
  });

  it("replaces in an estimate what does not depend on the archive's size, and is told beside it", () => {
    const times = timesOf(RUN, journal(drill()), false);
    const verdict = { objects: 50, bytes: 1, expandedBytes: 30_000_000, segmentsToReplay: 4 };
    expect(estimateRecovery(verdict).minutes).toBe(2);
    expect(estimateRecovery(verdict, times).minutes).toBe(1);
    const slow = times === undefined ? undefined : { ...times, seconds: 600 };
    expect(estimateRecovery(verdict, slow).minutes).toBe(10);
    expect(drillText(times)).toBe("60 s in the drill of 2026-11-21, with 50 objects and 4 segments");
    expect(drillText(undefined)).toBe("");
  });
});
