import { describe, expect, it } from "vitest";
import { shippedNames } from "../../../src/cli/process/runbook-files.ts";
import { usageError } from "../../../src/cli/start/usage.ts";

describe("an option that a command has not", () => {
  it("is likened to those of that very command", async () => {
    const error = await usageError("Unknown arguments: dryrun", ["run", "--dryrun"]);
    expect(error.remedy).toBe('Did you mean "--dry-run"? See dingo-recover run --help.');
  });

  it.each([
    ["run", "--form", "form"],
    ["resume", "--dryrun", "dryrun"],
  ])("%s %s is never likened to another command's", async (command, word, name) => {
    const error = await usageError(`Unknown argument: ${name}`, [command, word]);
    expect(error.remedy).toBe(`See dingo-recover ${command} --help.`);
  });
});

describe("what a command cannot do without", () => {
  const LACKING = "Not enough non-option arguments: got 0, need at least 1";

  it("is named with what to type: the runbooks to show", async () => {
    const { message, remedy } = await usageError(LACKING, ["show"]);
    expect(message).toBe("RUNBOOK is missing");
    expect(remedy).toBe(
      `Write dingo-recover show RUNBOOK, where RUNBOOK is a file or one of ${shippedNames().join(", ")}. See dingo-recover show --help.`,
    );
  });

  it.each([
    [
      ["completion"],
      "the name of a shell is missing",
      "Write dingo-recover completion bash, or dingo-recover completion zsh, or",
    ],
    [["lint"], "FILE is missing", "Write dingo-recover lint FILE. "],
    [["journal", "verify"], "RUN is missing", "Write dingo-recover journal verify RUN. "],
  ])("is named with what to type: %j", async (words, says, write) => {
    const { message, remedy } = await usageError(LACKING, words);
    expect(message).toBe(says);
    expect(remedy.startsWith(write)).toBe(true);
  });
});

describe("an option in front of any command", () => {
  it.each([
    ["--hlep", "--help"],
    ["--verison", "--version"],
    ["--confg=x", "--config"],
  ])("%s is likened to %s", async (word, near) => {
    const { message, remedy } = await usageError("a command is missing", [word]);
    expect(message).toBe(`there is no option "${word.split("=")[0] ?? ""}" here`);
    expect(remedy).toBe(`Did you mean "${near}"? See dingo-recover --help.`);
  });

  it("is named once if yargs names both of its spellings", async () => {
    const { message, remedy } = await usageError("Unknown arguments: dry-rn, dryRn", ["run", "--dry-rn"]);
    expect(message).toBe('there is no option "--dry-rn" here');
    expect(remedy).toBe('Did you mean "--dry-run"? See dingo-recover run --help.');
  });

  it.each([["--json"], ["--no-color"], ["-q"]])(
    "is not complained of where it is known or no word (%s)",
    async (word) => {
      expect((await usageError("a command is missing", [word])).message).toBe("a command is missing");
    },
  );
});
