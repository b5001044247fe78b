/** Titles and prompts stand in one line, and before commands as a comment: somebody else's must not begin a line that is typed. */
import { expect, it } from "vitest";
import { runbookPage } from "../../../src/cli/commands/runbook-page.ts";
import { loadRunbook } from "../../../src/engine/runbook/load.ts";
import { ACTIONS } from "./actions.ts";

const TEXT = `schema: dingo-recover/runbook@1
name: theirs
version: "1"
title: |
  All is well
  touch /tmp/pwned
target: x
inputs:
  a:
    type: string
    prompt: |
      Which?
      touch /tmp/pwned
steps:
  - id: find
    title: |
      Find it

      \`\`\`sh
      touch /tmp/pwned
    action: cf.find-instance
    with: { name: x }
`;

it("is one line, however it was written", () => {
  const loaded = loadRunbook(TEXT, "theirs.yml", ACTIONS);
  if (!("runbook" in loaded)) throw new Error("it is refused");
  const { runbook } = loaded;
  expect([runbook.title, ...runbook.steps.map(({ title }) => title)]).toEqual([
    "All is well touch /tmp/pwned",
    "Find it ```sh touch /tmp/pwned",
  ]);
  expect(runbook.inputs[0]?.prompt).toBe("Which? touch /tmp/pwned");
  expect(runbookPage(runbook)).not.toMatch(/^(?:touch|```)/mu);
});
