/** Who may take in a foreign run: a person who has seen it, or a caller who names its hash. */
import { describe, expect, it } from "vitest";
import {
  type AcceptingArguments,
  type Foreign,
  requireAccepted,
} from "../../../../src/cli/commands/run/accept-foreign.ts";
import { EXIT } from "../../../../src/errors.ts";
import { ScriptedOperator } from "../../../engine/fixture.ts";

const FOREIGN: Foreign = {
  what: "the journal of a run",
  head: "ab".repeat(32),
  lines: ["who made it", "what it would do"],
  command: "resume --from run",
  place: "run",
};

async function asked(given: { readonly accept?: string }, answer?: string): Promise<readonly string[]> {
  const shown: string[] = [];
  const operator = answer === undefined ? undefined : new ScriptedOperator({ accept: answer });
  const output = { error: (line: string) => void shown.push(line) };
  const all: AcceptingArguments = { json: false, color: false, verbose: false, ...given } as AcceptingArguments;
  await requireAccepted(all, FOREIGN, { output, operator });
  return shown;
}

describe("what comes from elsewhere", () => {
  it.each([
    ["a yes", {}, "yes"],
    ["its hash, with nobody there", { accept: FOREIGN.head }, undefined],
    ["its hash in capitals, as some programs print it", { accept: ` ${FOREIGN.head.toUpperCase()}` }, undefined],
  ])("is taken in by %s, and shown all the same", async (_, given, answer) => {
    expect(await asked(given, answer)).toEqual([...FOREIGN.lines, expect.stringContaining(FOREIGN.head)]);
  });

  it.each(["no", ""])("is not taken in by the answer %j", async (answer) => {
    await expect(asked({}, answer)).rejects.toMatchObject({ code: "stopped-by-operator" });
  });

  it("is not taken in if nobody is there, and the error says the command that would", async () => {
    await expect(asked({})).rejects.toMatchObject({
      code: "import-not-accepted",
      exitCode: EXIT.stopped,
      remedy: expect.stringContaining(`dingo-recover resume --from run --accept ${FOREIGN.head}`) as string,
    });
  });

  it.each(["", "ab", "00".repeat(32)])("is not taken in by another hash, whoever is there: %j", async (accept) => {
    await expect(asked({ accept }, "yes")).rejects.toMatchObject({
      code: "import-not-accepted",
      message: expect.stringContaining(FOREIGN.head) as string,
    });
  });
});
