import { describe, expect, it } from "vitest";
import { closingLines } from "../../../src/cli/commands/runs.ts";

const run = (name: string, state: string, rehearsal = false) => ({ run: name, state, rehearsal });

describe("what runs says of those that are open", () => {
  it("names the command that closes the only one", () => {
    const lines = closingLines([run("a", "succeeded"), run("b", "failed"), run("c", "failed", true)]);
    expect(lines.at(-1)).toBe("  dingo-recover undo b");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("leaves the name open if there are several", () => {
    expect(closingLines([run("a", "waiting"), run("b", "stopped")]).at(-1)).toBe("  dingo-recover undo RUN");
  });

  it.each(["succeeded", "undone", "handed-over", "running", "in-doubt"])("says nothing of one that is %s", (state) => {
    expect(closingLines([run("a", state)])).toEqual([]);
  });
});
