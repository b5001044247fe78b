import { expect, it } from "vitest";
import { isEvent, NowLine } from "../../../src/cli/runs/now-line.ts";

const STAMP = { schema: "dingo-recover/event@1", time: "2026-11-21T02:00:00.000Z", run: "r" } as const;

it("what goes on in a run is told of events of an earlier version too, which had pauses, and of a later one", () => {
  const now = new NowLine();
  const began = { type: "step-began", step: "copy", title: "Copy", effect: "create", attempt: 1, commands: [] };
  const paused = { type: "note", message: "paused since 02:00:00Z", paused: true };
  const events: unknown[] = [{ ...STAMP, ...began }, { ...STAMP, ...paused }, { ...STAMP, type: "from-the-future" }, 7];
  for (const event of events.filter(isEvent)) now.hear(event);
  expect(now.text(true)).toBe("at work: Copy");
});
