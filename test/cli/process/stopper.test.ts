import { describe, expect, it } from "vitest";
import { watchSignals } from "../../../src/cli/process/signals.ts";

describe("Ctrl-C", () => {
  it("asks once if somebody is there, and stops at the second", () => {
    const said: string[] = [];
    const stopper = watchSignals((text) => said.push(text), true);
    process.emit("SIGINT");
    expect(stopper.signal.aborted).toBe(false);
    expect(said).toEqual([expect.stringContaining("Until then it goes on")]);
    process.emit("SIGINT");
    expect(stopper.signal.reason).toMatchObject({ code: "interrupted", exitCode: 130 });
    process.emit("SIGINT");
    expect(said.slice(1)).toEqual([expect.stringMatching(/^Stopping: /)]);
    stopper.release();
  });

  it("says nothing once the end was told, and still breaks off at the second", () => {
    const said: string[] = [];
    const stopper = watchSignals((text) => said.push(text), true);
    stopper.ended();
    process.emit("SIGINT");
    expect(stopper.signal.aborted).toBe(false);
    process.emit("SIGINT");
    expect(stopper.signal.aborted).toBe(true);
    expect(said).toEqual([]);
    stopper.release();
  });

  it("stops at the first if nobody is asked", () => {
    const said: string[] = [];
    const stopper = watchSignals((text) => said.push(text), false);
    process.emit("SIGINT");
    expect(stopper.signal.aborted).toBe(true);
    expect(said).toEqual([]);
    stopper.release();
  });
});
