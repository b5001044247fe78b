import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readInputs } from "../../src/cli/inputs.js";
import { QUESTIONED, type Questioned } from "../../src/cli/preparing-options.js";
import { questionsText } from "../../src/cli/questions-text.js";
import { openRunbook } from "../../src/cli/shipped-runbooks.js";
import { startingInputs } from "../../src/engine/inputs.js";
import { readPlain } from "../../src/yaml/plain.js";

const NOW = new Date("2026-11-21T15:00:00Z");

/** What becomes of a text on its way back. */
const WAYS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "quoted by a mail program": (text) => text.replace(/^/gmu, "> "),
  "quoted twice": (text) => text.replace(/^/gmu, ">> "),
  "with a blank before each line": (text) => text.replace(/^(?=.)/gmu, "  "),
  "with the line ends of Windows": (text) => text.replaceAll("\n", "\r\n"),
};

function answered(runbook: Questioned): string {
  return questionsText(runbook)
    .text.replace(/^(service|org|space): *$/gmu, "$1: acme")
    .replace(/^(around|time): *$/gmu, "$1: 40m ago");
}

describe("what is asked of the person who deleted it", () => {
  it("begins with what they must not do", () => {
    expect(questionsText("recover-deleted-service").text).toMatch(/^# Do not recreate it/);
    expect(questionsText("recover-deleted-space").text).toMatch(/^# Do not recreate the space/);
    expect(questionsText("recover-to-time").text).toMatch(/^# Do not recreate the table/);
  });

  it.each(QUESTIONED)("asks for inputs of %s, whose names stand in it in order", (runbook) => {
    const { text, inputs } = questionsText(runbook);
    expect(openRunbook(runbook).inputs.map(({ name }) => name)).toEqual(expect.arrayContaining([...inputs]));
    const read = readPlain(text, "answers");
    if ("diagnostics" in read) throw new Error(JSON.stringify(read.diagnostics));
    expect(Object.keys(read.value as object)).toEqual(inputs);
  });

  it.each(QUESTIONED.flatMap((runbook) => Object.keys(WAYS).map((way) => ({ runbook, way }))))(
    "comes back $way as a file of inputs of $runbook",
    ({ runbook, way }) => {
      const directory = mkdtempSync(join(tmpdir(), "dingo-recover-answers-"));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      const file = join(directory, "answers.yml");
      writeFileSync(file, WAYS[way]?.(answered(runbook)) ?? "");
      const inputs = readInputs({ inputs: file, input: [] });
      expect(startingInputs(openRunbook(runbook), inputs, NOW)).toMatchObject({ org: "acme", space: "acme" });
    },
  );

  it.each(QUESTIONED)("fits a mail: %s", (runbook) => {
    expect(
      questionsText(runbook)
        .text.split("\n")
        .filter((line) => line.length > 78),
    ).toEqual([]);
  });
});
