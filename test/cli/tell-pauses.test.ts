import { describe, expect, it } from "vitest";
import { isEvent } from "../../src/cli/now-line.js";
import { NowLine } from "../../src/cli/now-line.js";
import { tellPauses } from "../../src/cli/tell-pauses.js";
import type { RunEvent } from "../../src/engine/event.js";
import { Pause } from "../../src/ui/pause.js";
import { SteppedClock } from "../engine/fixture.js";

const STAMP = { schema: "dingo-recover/event@1", time: "2026-11-21T02:00:00.000Z", run: "r" } as const;

describe("a pause", () => {
  it("is seen by those who look on, in the line of what goes on, until it is over", () => {
    const [clock, now, told] = [new SteppedClock(), new NowLine(), [] as RunEvent[]];
    const began = {
      type: "step-began",
      step: "copy",
      title: "Copy",
      effect: "create",
      attempt: 1,
      commands: [],
    } as const;
    now.hear({ ...STAMP, ...began });
    const gate = new Pause(clock);
    const untold = tellPauses(gate, { run: "r", clock, write: (event) => told.push(event) });
    const hear = (): string => {
      for (const event of told.filter(isEvent)) now.hear(event);
      return now.text(true);
    };
    expect(hear()).toBe("at work: Copy");
    gate.toggle();
    expect(hear()).toMatch(/^paused since 02:00:00Z: .*; at work: Copy$/u);
    expect(now.text(false)).not.toContain("paused");
    gate.toggle();
    expect(hear()).toBe("at work: Copy");
    untold();
    gate.toggle();
    expect(told.map((event) => event.type === "note" && event.paused)).toEqual([true, false]);
  });

  it("is forgotten when the next process begins", () => {
    const now = new NowLine();
    now.hear({ ...STAMP, type: "note", message: "paused since", paused: true });
    now.hear({ ...STAMP, type: "note", message: "another word" });
    expect(now.text(true)).toBe("paused since; at work");
    now.hear({
      ...STAMP,
      type: "run-began",
      runbook: "b",
      title: "B",
      steps: [],
      dryRun: false,
      rehearsal: false,
      resumed: true,
    });
    expect(now.text(true)).toBe("at work");
  });
});
