import { beforeEach, describe, expect, it } from "vitest";
import type { EventBody } from "../../../src/engine/state/event.ts";
import { Pulse } from "../../../src/cli/screen/pulse.ts";

const BEGAN = Date.parse("2026-11-21T02:00:00.000Z");
const at = (seconds: number): Date => new Date(BEGAN + seconds * 1000);

let pulse: Pulse;
beforeEach(() => {
  pulse = new Pulse();
  hear(0, {
    type: "run-began",
    runbook: "it",
    title: "It",
    dryRun: false,
    rehearsal: false,
    resumed: false,
    steps: [
      { id: "look", title: "Look", effect: "read" },
      { id: "copy", title: "Copy it", effect: "create" },
      { id: "more", title: "Copy the rest", effect: "create", conditional: true },
      { id: "prove", title: "Prove it", effect: "read" },
    ],
  });
});

function hear(seconds: number, event: EventBody): void {
  pulse.hear({ schema: "dingo-recover/event@1", time: at(seconds).toISOString(), run: "r", ...event });
}

const began = (step: string, usual?: { stepMs?: number; restMs: number }): EventBody => ({
  type: "step-began",
  step,
  title: step,
  effect: "create",
  attempt: 1,
  commands: [],
  ...(usual === undefined ? {} : { usual }),
});

const copied = (done: number): EventBody => ({
  type: "step-progress",
  step: "copy",
  progress: { message: "copying", done, total: 60_000_000, unit: "bytes" },
});

describe("what stands under the step at work", () => {
  it("says which of the steps it is, for how long, and what comes next", () => {
    hear(0, began("look"));
    expect(pulse.lines(at(12))).toEqual(["step 1 of 4, for 12 s", "next: Copy it"]);
    hear(20, began("copy"));
    expect(pulse.lines(at(95))).toEqual(["step 2 of 4, for 1 min 15 s", "next, if needed: Copy the rest"]);
    hear(100, began("prove"));
    expect(pulse.lines(at(100))).toEqual(["step 4 of 4, for 0 s"]);
  });

  it("names no next step of a way back, which goes through the steps in another order", () => {
    hear(0, { ...began("copy"), back: true } as EventBody);
    expect(pulse.lines(at(12))).toEqual(["for 12 s"]);
  });

  it("says what is usual, if that is known", () => {
    hear(0, began("look", { stepMs: 10_000, restMs: 90_000 }));
    expect(pulse.lines(at(12))[0]).toBe("step 1 of 4, for 12 s (usually 10 s); then about 1 min 30 s more");
    hear(20, began("copy", { restMs: 0 }));
    expect(pulse.lines(at(21))[0]).toBe("step 2 of 4, for 1 s");
  });

  it("measures long work, bytes in their unit, and says when the last word is old", () => {
    hear(0, began("copy"));
    hear(0, copied(10_000_000));
    expect(pulse.lines(at(1))[0]).toBe("copying (10.0 MB of 60.0 MB)");
    hear(10, copied(30_000_000));
    const [progress, elapsed] = pulse.lines(at(30));
    expect(progress).toBe("copying (30.0 MB of 60.0 MB), 2.0 MB a second, about 15 s to go");
    expect(elapsed).toBe("step 2 of 4, for 30 s, last word 20 s ago");
  });

  it("measures what is begun anew by itself", () => {
    hear(0, began("copy"));
    hear(0, copied(0));
    hear(10, copied(50_000_000));
    hear(11, copied(1_000_000));
    expect(pulse.lines(at(12))[0]).toBe("copying (1.0 MB of 60.0 MB)");
  });

  it("keeps what a step has found out for everybody, and is empty between steps", () => {
    hear(0, began("look"));
    const known = [{ label: "recovery point", value: "2026-11-21T01:59:00Z" }];
    hear(3, { type: "step-ended", step: "look", state: "succeeded", evidence: "", durationMs: 3000, known });
    expect(pulse.lines(at(4))).toEqual([]);
    hear(5, began("prove"));
    expect(pulse.lines(at(5))).toEqual(["step 4 of 4, for 0 s", "recovery point: 2026-11-21T01:59:00Z"]);
  });
});
