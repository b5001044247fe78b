/** Who leaves a question before there is a run is told of none. */
import { describe, expect, it } from "vitest";
import { outsideRuns } from "../../../src/cli/process/outside-runs.ts";
import { EXIT, RecoverError } from "../../../src/errors.ts";
import type { Operator, TextQuestion } from "../../../src/ports/operator.ts";

const QUESTION: TextQuestion = { kind: "text", id: "host", prompt: "Where?", why: "It is asked there." };

const throwing = (thrown: Error): Operator => ({ ask: () => Promise.reject(thrown) });

describe("a question outside a run", () => {
  it("that is left with Ctrl-C has begun nothing, and names no run to resume", async () => {
    const left = new RecoverError("stopped-by-operator", "stopped at a question", {
      remedy: "Nothing was changed since the last finished step; the run can be resumed.",
      effect: "none",
    });
    await expect(outsideRuns(throwing(left)).ask(QUESTION)).rejects.toMatchObject({
      code: "stopped-by-operator",
      exitCode: EXIT.stopped,
      message: "stopped at a question",
      remedy: "Nothing was begun, and nothing was changed: there is no run to resume.",
    });
  });

  it("hands on an answer and every other error as they are", async () => {
    const answer = { value: "db1", by: "operator" } as const;
    expect(await outsideRuns({ ask: () => Promise.resolve(answer) }).ask(QUESTION)).toBe(answer);
    const broken = new Error("the terminal is gone");
    await expect(outsideRuns(throwing(broken)).ask(QUESTION)).rejects.toBe(broken);
  });
});
