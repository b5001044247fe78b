/** The usual time of a step is read from the journals of runs that came to their end. */
import { describe, expect, it } from "vitest";
import { usualTimes, withUsual } from "../../../src/cli/runs/usual-times.ts";
import type { EventBody, RunEvent } from "../../../src/engine/state/event.ts";
import type { Entry, EntryBody } from "../../../src/engine/journal/entry.ts";
import type { StateDirectory } from "../../../src/engine/journal/state-directory.ts";

const SHA = "0".repeat(64);

function journal(run: string, bodies: readonly (readonly [seconds: number, body: EntryBody])[]): Entry[] {
  return bodies.map(([seconds, body], index) => {
    const time = new Date(Date.UTC(2026, 10, 21, 12) + seconds * 1000).toISOString();
    return { v: 1, seq: index + 1, time, run, epoch: 1, prev: SHA, ...body };
  });
}

const ended = (run: string, runbook: string, seconds: number, rehearsal = false): Entry[] =>
  journal(run, [
    [
      0,
      {
        type: "run-started",
        ...{
          runbook,
          runbookVersion: "1",
          runbookSha256: SHA,
          runbookText: { name: "runbook", sha256: SHA, bytes: 1 },
        },
        ...{ inputs: {}, operator: "ann", host: "here", toolVersion: "1", rehearsal },
      },
    ],
    [
      1,
      {
        type: "step-started",
        ...{ step: "copy", attempt: 1, action: "archive.copy", effect: "create", input: {}, commandsSha256: SHA },
      },
    ],
    [1 + seconds, { type: "step-succeeded", step: "copy", attempt: 1, how: "ran", output: {}, evidence: "" }],
    [2 + seconds, { type: "run-ended", outcome: "succeeded" }],
  ]);

class Journals implements Pick<StateDirectory, "list" | "read"> {
  readonly read: StateDirectory["read"];
  readonly #journals: ReadonlyMap<string, readonly Entry[]>;

  constructor(...journals: readonly (readonly Entry[])[]) {
    this.#journals = new Map(journals.map((entries) => [entries[0]?.run ?? "", entries]));
    this.read = (run) => {
      const entries = this.#journals.get(run) ?? [];
      if (entries.length === 0) throw new Error("torn");
      return { entries, head: SHA, torn: undefined, bytes: 0 } as unknown as ReturnType<StateDirectory["read"]>;
    };
  }

  list(): string[] {
    return [...this.#journals.keys()];
  }
}

const RECOVERY = { runbook: "recover-deleted-service", rehearsal: false };

describe("what a step usually takes", () => {
  it("is the middle of the last runs of its runbook, drills included, rehearsals and others left out", () => {
    const state = new Journals(
      ended("1", RECOVERY.runbook, 1000),
      ended("2", RECOVERY.runbook, 10),
      ended("3", "drill", 20),
      ended("4", RECOVERY.runbook, 30),
      ended("5", "test-backup", 400),
      ended("6", RECOVERY.runbook, 500, true),
    );
    expect(usualTimes(state, RECOVERY)).toEqual(new Map([["copy", 30_000]]));
    expect(usualTimes(state, { ...RECOVERY, rehearsal: true })).toEqual(new Map([["copy", 500_000]]));
  });

  it("is nothing if no run came to its end, or a journal cannot be read", () => {
    const state = new Journals([], ended("2", RECOVERY.runbook, 10).slice(0, -1));
    expect(usualTimes(state, RECOVERY)).toEqual(new Map());
  });

  it("is told with the steps behind it when a step begins, and looked up once", () => {
    let looks = 0;
    const tell = withUsual(() => {
      looks += 1;
      return new Map([
        ["look", 40],
        ["copy", 10_000],
        ["prove", 5000],
      ]);
    });
    const told = (body: EventBody): RunEvent =>
      tell({ schema: "dingo-recover/event@1", time: "2026-11-21T12:00:00.000Z", run: "r", ...body });
    const steps = ["look", "copy", "prove"].map((id) => ({ id, title: id, effect: "read" }));
    told({ type: "run-began", runbook: "it", title: "It", steps, dryRun: false, rehearsal: false, resumed: false });
    expect(looks).toBe(0);
    const began = { type: "step-began", title: "", effect: "read", attempt: 1, commands: [] } as const;
    // Less than a second would be told as 0 s.
    expect(told({ ...began, step: "look" })).toHaveProperty("usual", { restMs: 15_000 });
    expect(told({ ...began, step: "copy" })).toMatchObject({ usual: { stepMs: 10_000, restMs: 5000 } });
    expect(looks).toBe(1);
  });
});
